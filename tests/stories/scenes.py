"""Every page there is, as somebody meets it: who looks, where, and what they did there first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from tests.house_run import code_for

At = Mapping[str, str]
Then = Callable[[Page, At], object]


@dataclass(frozen=True)
class Scene:
    """`path` names what there is in braces, as `tests.stories.a_network` calls it."""

    who: str
    path: str
    then: Then | None = None
    name: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, [self.path, self.name, "as", self.who or "a visitor"]))


def press(name: str, fields: dict[str, str] | None = None, opening: str = "") -> Then:
    """Open what is folded, fill the fields with these labels or ids, then press the button of that name."""

    def do(page: Page, at: At) -> None:
        main = page.locator("main")
        if opening:
            main.locator("summary", has_text=opening).first.click()
        for label, value in (fields or {}).items():
            field = main.locator(label) if label.startswith("#") else main.get_by_label(label)
            field.first.fill(value.format(**at))
        main.get_by_role("button", name=name, exact=True).first.click()
        page.wait_for_load_state("load")

    return do


def unfold(page: Page, at: At) -> None:
    """Everything that folds, and one menu; more of those would cover one another."""
    page.evaluate("document.querySelectorAll('main details:not(.more)').forEach(one => one.open = true)")
    if page.locator("main details.more").count():
        page.locator("main details.more > summary").first.click()


def without_its_token(page: Page, at: At) -> None:
    page.context.clear_cookies(name="csrftoken")
    press("Save")(page, at)


def join_with_a_passkey(page: Page, at: At) -> None:
    mail = "key@example.org"
    press("Mail me a code", {"Mail address": mail})(page, at)
    press("Confirm", {"Code": code_for(mail, Path(at["outbox"]))})(page, at)


def wait_for_what_is_known(page: Page, at: At) -> None:
    page.locator("#known :is(h2, p)").first.wait_for()


def answered_in_place(name: str) -> Then:
    """Press what swaps itself for its answer, and wait for that."""

    def do(page: Page, at: At) -> None:
        press(name)(page, at)
        page.get_by_role("button", name="Undo").first.wait_for()
        page.locator(".htmx-request").wait_for(state="detached")

    return do


def bring_a_file(page: Page, at: At) -> None:
    lines = "".join(f'<outline text="Blog {n}" xmlUrl="https://{n}.example/feed"/>' for n in range(3))
    file = f'<opml version="2.0"><head/><body>{lines}<outline text="Lost" xmlUrl="?"/></body></opml>'
    page.locator("#file").set_input_files(
        {"name": "mine.opml", "mimeType": "text/x-opml", "buffer": file.encode()}
    )
    press("Look")(page, at)


def thank(page: Page, at: At) -> None:
    press("Thank")(page, at)
    page.get_by_role("button", name="Thanked").first.wait_for()
    page.wait_for_function("!document.querySelector('.htmx-request')")


def ask_for_keys(page: Page, at: At) -> None:
    page.keyboard.press("?")


def choose_a_new_password(page: Page, at: At) -> None:
    mail = "cleo@example.org"
    press("Mail me a code", {"Mail address": mail})(page, at)
    press("Go on", {"Code": code_for(mail, Path(at["outbox"]))})(page, at)


def sign_in(password: str) -> Then:
    return press("Sign in", {"#id_login": "ben@example.org", "#id_password": password}, "I have a password")


def _all(who: str, paths: str, under: str = "") -> list[Scene]:
    after = "/" if under == "/accounts/" else ""
    return [Scene(who, under + path + after) for path in paths.split()]


VISITOR = [
    *_all(
        "",
        "/ /share?url=https://example.org/&title=A+page /people /people?q=soil /people?outside=1 /offline /nowhere",
    ),
    *_all("", "/search /search?q=leaf+mould /search?q=nothingatall /search?q=from: /search?q=kind:question"),
    *_all(
        "",
        "/tags/soil /tags/nobody-said-so /@ben /@ada /@fatima /@maximiliana-konstanze-von /@nobody {outside}",
    ),
    *_all(
        "", "{article} {question} {thread} {members} {outside_post} {note}/history {invitation} /join/nothing"
    ),
    *_all(
        "", "login login/code signup signup/passkey password/reset password/reset/done inactive", "/accounts/"
    ),
    *_all(
        "",
        "password/reset/complete 3rdparty/login/error 3rdparty/login/cancelled confirm-email",
        "/accounts/",
    ),
]
MEMBER = [
    *_all(
        "ada",
        "{note} {article} {link} {question} {annotation} {page} {file} {event} {arabic} {long} {members} {only_me}",
    ),
    *_all(
        "ada",
        "{thread} {answer} {outside_post} {question}/edit {question}/ripple /home /archive /kept /you /share",
    ),
    *_all(
        "ada",
        "profile settings following circles peace shares capture drafts feeds export sources sources?follow=1",
        "/you/",
    ),
    *_all("ada", "account account/leaving invitations mail mail/addresses", "/you/"),
    *_all("ada", "{less_mail} {question}/sending {never}"),
    *_all("", "{less_mail} {confirm_mail}"),
    *_all(
        "ada",
        "/share?kind=question /search?q=soil /search?q=kind:question+tag:soil /tags/soil /moderation /nowhere",
    ),
    *_all("ada", "/people /@ada /@ben /@fatima /@maximiliana-konstanze-von {outside} {outside}/claim"),
    *_all("ada", "/welcome/name /welcome/sources /welcome/people"),
    *_all(
        "ada", "logout email password/change password/set reauthenticate sessions 3rdparty 2fa", "/accounts/"
    ),
    *_all("ada", "2fa/totp/activate 2fa/webauthn/add", "/accounts/"),
    *_all(
        "ben",
        "2fa 2fa/totp/deactivate 2fa/recovery-codes 2fa/recovery-codes/generate 2fa/webauthn",
        "/accounts/",
    ),
    *_all("ben", "2fa/reauthenticate", "/accounts/"),
    *_all("fatima", "2fa/webauthn 2fa/webauthn/keys/{key}/edit 2fa/webauthn/keys/{key}/remove", "/accounts/"),
    *_all("ben", "{article} {article}/ripple {question} {asked} /home /questions /you/asking"),
    *_all(
        "ada",
        "{quiet} {quiet_waits} {answered} /questions /you/asking /share?kind=question&text=Which+sieve+keeps+worms%3F",
    ),
    *_all("cleo", "{quiet} {adapting} {question} {asked} /home"),
    *_all("ada", "{thread}/live {thread}/live?before=9000000000000000000 {question}/live {cleos}/live"),
    *_all("", "{thread}/live {aloud} {aloud}/history"),
    *_all("ada", "{aloud} {contested} /share?draft=later-7 {aloud}/edit {note}?alone"),
    *_all("ben", "/you/devices"),
    *_all("ada", "/you/devices"),
    *_all("", "/questions {answered} /share?kind=question&text=Which+sieve+keeps+worms+alive%3F"),
    *_all(
        "new",
        "/home /archive /kept /you /you/shares /you/drafts /you/following /you/circles /you/peace /you/sources",
    ),
    *_all("new", "/you/profile /@person-new /welcome/people /you/invitations"),
    *_all("dov", "/moderation /moderation/joining /moderation/bringing /moderation/bridges /moderation/log"),
    *_all("ada", "/you/newsletters /you/keys"),
    *_all("waits", "/home"),
]
ASKED = "What+keeps+slugs+off+seedlings+without+poison%3F"
PAPER = {"#name": "Garden weekly", "#page": "https://garden.example/", "#tags": "soil"}
CLEO = {"Mail address": "cleo@example.org"}
FIRST = {"#first-text": "What do you do with oak leaves?"}
DONE = [
    *(
        Scene("ada", path, unfold, "unfolded")
        for path in ("/home", "/share", "{thread}", "/people", "/@ben", "/search?q=soil")
    ),
    Scene("", "/", unfold, "unfolded"),
    Scene("ada", "{aloud}", unfold, "unfolded"),
    Scene("ada", "/you/keys", press("Make a key", {"#name": "My editor"}), "with a new one"),
    Scene("ada", "/home", ask_for_keys, "with the keys"),
    Scene("ben", "{thread}/live", press("Say that I am here"), "being there"),
    Scene("ada", "{note}", press("Reply", {"#reply-box-text": "\u00a0"}), "with an empty reply"),
    Scene("ada", "/share", press("Share", {"#share-text": "\u00a0"}), "with nothing in it"),
    Scene("ada", f"/share?kind=question&text={ASKED}", wait_for_what_is_known, "with what is known"),
    Scene("", f"/share?text={ASKED}", wait_for_what_is_known, "with what is known"),
    Scene("ben", "{asked}", answered_in_place("I’m on it"), "taken on"),
    Scene("ben", "{asked}", unfold, "unfolded"),
    Scene("ada", "{question}", answered_in_place("Helps"), "with a verdict"),
    Scene("ada", "{quiet}", press("Yes, let everybody read it"), "published"),
    Scene("cleo", "{quiet}", press("Let everybody read it"), "with a yes"),
    Scene("ada", "{quiet_waits}", unfold, "unfolded"),
    Scene("cleo", "{adapting}", press("Answer", {"#adapt-text": "\u00a0"}), "with nothing in it"),
    Scene("ada", "/you/asking", press("Save", {"#a_week": "60"}), "with a wrong number"),
    Scene("ada", "/you/profile", press("Save", {"Handle": "!"}), "with a wrong handle"),
    Scene("ada", "/you/mail", press("Save", {"#most": "100"}), "saved"),
    Scene("ada", "{question}/sending", press("Send", {"#address": "ask@localhost"}), "with a wrong address"),
    Scene("", "{never}", press("Never again"), "said"),
    Scene("dov", "/moderation/bringing", press("Send", {"#addresses": "nobody"}), "with no address"),
    Scene(
        "dov", "/moderation/bridges", press("Build the bridge", {"#address": "a@lists.example"}), "with one"
    ),
    Scene("ada", "/you/newsletters", press("Take an address for it", PAPER), "with one"),
    Scene("", "{less_mail}", press("No more mail of this thread"), "with one thread less"),
    Scene("ada", "/you/settings", without_its_token, "sent without its token"),
    Scene("ada", "/you/sources", press("Look", {"Addresses": "nowhere.invalid"}), "with a wrong address"),
    Scene("ada", "/you/sources", press("Look", {"Addresses": "{blog}"}), "with a preview"),
    Scene("ada", "{page}", thank, "thanked"),
    Scene("", "/", press("Share", FIRST), "with a first share"),
    Scene("", "/accounts/login/", press("Mail me a code", CLEO), "with a code on its way"),
    Scene("", "/accounts/password/reset/", press("Mail me a code", CLEO), "with a code on its way"),
    Scene("", "/accounts/password/reset/", choose_a_new_password, "with the code given"),
    Scene("", "/accounts/signup/", press("Mail me a code", {"Mail address": "new@example.org"}), "joining"),
    Scene("", "/accounts/signup/passkey/", join_with_a_passkey, "at the passkey"),
    Scene("ada", "/you/sources", bring_a_file, "with a file"),
    Scene("", "/accounts/login/", sign_in("wrong"), "with a wrong password"),
    Scene("", "/accounts/login/", sign_in("a long enough secret"), "asked for a second proof"),
]
SCENES = [*VISITOR, *MEMBER, *DONE]

# What is not there, or not for who asks; and what a moderator alone may see.
REFUSED = {
    ("", "/nowhere"): 404,
    ("ada", "/nowhere"): 404,
    ("", "/@nobody"): 404,
    ("", "/join/nothing"): 404,
    ("", "{members}"): 404,
    ("ada", "/moderation"): 404,
    ("", "/accounts/3rdparty/login/error/"): 401,
}

# Addresses that are no page: they take what is sent, answer programs, or lead on. And the two that only somebody
# with a real passkey, or an institution to come from, gets to see.
# fmt: off
NO_PAGES = frozenset({
    "room-messages", "room-presence", "device-add", "device-removal", "device-trial", "micropub", "key-removal",
    "asking", "asking-topic", "before", "opening", "publishing", "chance", "closure", "known",
    "me-too", "pointing", "verdicts",
    "block", "circle-place", "circle-removal", "declining", "deletion", "drafts", "follow-change", "held",
    "joining-undo", "keeping", "meeting", "merge-tags", "mute", "network", "passing", "person-follow", "removal",
    "reminder", "search-saved", "seen", "home-seen", "suspension", "tag-follow", "thanks",
    "thread-follow", "topic-removal", "topics", "upload", "uses", "withdrawal", "home-renewal",
    "source-add", "source-removal", "source-rest", "source-tags", "welcome-done",
    "claim-proof", "draft-rest", "wrong", "how",
    "home-newer", "home-feed", "feed-fresh", "feed-person", "feed-person-on",
    "feed-search", "feed-tag", "feed-thread", "following-opml", "sources-opml", "file", "image",
    "bridge-end", "bridge-letter", "newsletter-end", "newsletter-letter",
    "mail-all", "mail-hush", "mail-renewal", "manifest", "opensearch", "robots", "service-worker", "sitemap",
    "mfa_download_recovery_codes",
    "mfa_login_webauthn", "openid_connect_callback", "mfa_reauthenticate_webauthn",
    "socialaccount_signup", "openid_connect_login",
})
# fmt: on
