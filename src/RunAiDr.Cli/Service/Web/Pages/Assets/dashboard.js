"use strict";

// Pages read the same without this: it only brings the newest content when the service has one.
(() => {
  const main = () => document.getElementById("content");
  const live = document.getElementById("live");
  let busy = false;

  async function reload(version) {
    if (busy || main().dataset.version === version || main().contains(document.activeElement?.closest("input"))) {
      return;
    }

    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const next = page.getElementById("content");
        const focused = document.activeElement?.getAttribute("href");
        main().replaceWith(next);
        if (focused && document.activeElement === document.body) {
          [...next.querySelectorAll("a")].find(link => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
        }
        live.textContent = "The page was updated.";
      }
    } catch {
      // The service restarts: the next event tells when it is back.
    } finally {
      busy = false;
    }
  }

  const events = new EventSource("/events");
  events.addEventListener("state", event => reload(event.data));
  events.addEventListener("heartbeat", event => reload(event.data));
})();
