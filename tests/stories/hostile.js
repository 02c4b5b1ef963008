// What in this page ran or broke out, one line each; and the shapes of the elements outside what people wrote.
() => {
  const wrong = [...window.__ran];
  const not = (one) => wrong.push(one.outerHTML.slice(0, 200));
  const all = (what) => document.querySelectorAll(what);
  const spoken = ["value", "content", "alt", "title", "aria-label", "placeholder"];

  for (const one of all("*")) {
    for (const { name, value } of one.attributes) {
      if (/^on/i.test(name) || ["style", "srcdoc", "formtarget"].includes(name)) not(one);
      if (/^(?:data-)?hx-/i.test(name) && one.closest(".prose")) not(one);
      const runs = /^(?:javascript|vbscript|data:text)/i.test(value.replace(/[\x00-\x20]/g, ""));
      if (runs && !spoken.includes(name)) not(one);
    }
  }
  for (const one of all("script")) {
    const ours = one.src.startsWith(location.origin + "/static/");
    if (!ours && !/^application\/(?:ld\+)?json$/.test(one.type)) not(one);
  }
  all("iframe, object, embed, applet, base, frame, portal, meta[http-equiv]").forEach(not);
  all(".prose :is(form, input, button, select, textarea, style, link, [id], [name])").forEach(not);
  for (const what of ["main", "body", "h1", "head > title", "form#act"]) {
    const most = what === "form#act" ? [0, 1] : [1];
    if (!most.includes(all(what).length)) wrong.push(`${what}: ${all(what).length}`);
  }
  if (all("nav").length === 0) wrong.push("no nav");

  const shapes = new Set();
  for (const one of document.body.querySelectorAll("*")) {
    const drawn = one.closest("svg") && one.tagName !== "svg";
    if (!drawn && !one.closest(".prose")) shapes.add(`${one.tagName}.${[...one.classList].sort().join(".")}`);
  }
  return [wrong, [...shapes]];
}
