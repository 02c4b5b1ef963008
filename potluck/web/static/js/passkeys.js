// Passkey buttons appear where the browser can use them, and say so when one did not work. allauth's own script does the work.
(function () {
  if (window.PublicKeyCredential) {
    for (const part of document.querySelectorAll('[data-passkeys]')) part.hidden = false
  }
  document.addEventListener('allauth.error', (event) => {
    event.preventDefault()
    const said = document.getElementById('passkey-said')
    if (!said) return
    said.textContent = said.dataset.said
    said.hidden = false
  })
})()
