"use strict";

// Pages read the same without this: it only brings the newest content when the service has one.
(() => {
  const main = () => document.getElementById("content");
  const live = document.getElementById("live");
  const shortest = 2000;
  const longest = 60000;
  let busy = false;
  let events;
  let again;
  let delay = shortest;

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
        if (!next) {
          return;
        }

        const focused = document.activeElement?.getAttribute("href");
        main().replaceWith(next);
        if (focused && document.activeElement === document.body) {
          [...next.querySelectorAll("a")].find(link => link.getAttribute("href") === focused)?.focus({ preventScroll: true });
        }
        say("The page was updated.");
      }
    } catch {
      // The service restarts: the next event tells when it is back.
    } finally {
      busy = false;
    }
  }

  function say(text) {
    if (live.textContent !== text) {
      live.textContent = text;
    }
  }

  function stop() {
    clearTimeout(again);
    events?.close();
  }

  function listen() {
    stop();
    events = new EventSource("/events");
    events.addEventListener("state", event => reload(event.data));
    events.addEventListener("heartbeat", event => reload(event.data));
    events.onopen = () => {
      delay = shortest;
      say("");
    };
    events.onerror = () => {
      say("Live updates are off: reload the page for the newest.");

      // A browser comes back by itself after a lost connection, but never after a refusal.
      if (events.readyState === EventSource.CLOSED) {
        again = setTimeout(listen, delay);
        delay = Math.min(2 * delay, longest);
      }
    };
  }

  // What nobody looks at takes no connection.
  document.addEventListener("visibilitychange", () => document.hidden ? stop() : listen());
  window.addEventListener("pagehide", stop);
  window.addEventListener("pageshow", event => event.persisted && listen());
  if (!document.hidden) {
    listen();
  }
})();
