"use strict";
// Plays, seeks and follows. The page says all it has to say without it.
(() => {
  const $ = (id) => document.getElementById(id);
  const main = $("call");
  const sound = $("sound");
  const picture = $("picture");
  const playhead = $("playhead");
  const rows = [...document.querySelectorAll("#rows .row")];
  const moments = [...document.querySelectorAll("#moments > li")];
  const follow = $("follow");
  const list = $("rows");
  const secs = Number(main.dataset.secs) || 0;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  // Where the call is while there is no sound that says so.
  let place = 0;

  const now = () => (sound ? sound.currentTime : place);
  const clock = (at) => {
    const tenths = Math.round(at * 10);
    const two = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(tenths / 36000);
    const text = `${two(Math.floor(tenths / 600) % 60)}:${two(Math.floor(tenths / 10) % 60)}.${tenths % 10}`;
    return hours ? `${hours}:${text}` : text;
  };

  function seek(at) {
    const to = Math.min(Math.max(at, 0), secs);
    if (sound) sound.currentTime = to;
    place = to;
    show();
  }

  function scrollTo(row) {
    const behavior = calm.matches ? "auto" : "smooth";
    if (list.scrollHeight > list.clientHeight + 4) {
      const top = row.offsetTop - list.offsetTop - list.clientHeight / 3;
      list.scrollTo({ top, behavior });
    } else if (sound && !sound.paused) {
      row.scrollIntoView({ block: "center", behavior });
    }
  }

  let last = null;
  function mark(elements, at) {
    for (const element of elements) {
      const { at: start, end } = element.dataset;
      element.classList.toggle("now", Number(start) <= at + 0.01 && at < Number(end));
    }
  }

  function show() {
    const at = now();
    const x = secs ? `${(Math.min(at / secs, 1) * 100).toFixed(3)}%` : "0";
    if (playhead) {
      playhead.setAttribute("x1", x);
      playhead.setAttribute("x2", x);
    }
    $("clock").textContent = `${clock(at)} / ${clock(secs)}`;
    mark(rows, at);
    mark(moments, at);
    // Of those that have begun, the last that is spoken; others only mark a place.
    const begun = rows.filter((row) => Number(row.dataset.at) <= at + 0.01);
    const current = begun.filter((row) => row.classList.contains("now")).pop() || begun.pop() || null;
    if (current !== last) {
      if (last) last.removeAttribute("aria-current");
      last = current;
      if (current) {
        current.setAttribute("aria-current", "true");
        if (follow.checked) scrollTo(current);
      }
    }
    inView(at);
  }

  // Keeps the playhead in sight where the picture is wider than its strip.
  function inView(at) {
    const strip = $("strip");
    if (!strip || !follow.checked || strip.scrollWidth <= strip.clientWidth) return;
    const x = (at / secs) * strip.scrollWidth;
    if (x < strip.scrollLeft + 20 || x > strip.scrollLeft + strip.clientWidth - 20) {
      strip.scrollLeft = x - strip.clientWidth / 4;
    }
  }

  function moment(step) {
    const at = now();
    const starts = moments.map((element) => Number(element.dataset.at));
    const index = step > 0
      ? starts.findIndex((start) => start > at + 0.05)
      : starts.findLastIndex((start) => start < at - 0.3);
    if (index < 0) return;
    seek(starts[index]);
    moments[index].scrollIntoView({ block: "nearest", behavior: calm.matches ? "auto" : "smooth" });
    moments[index].querySelector("button").focus({ preventScroll: true });
  }

  let width = 1;
  function widen(by) {
    if (!picture) return;
    width = Math.min(Math.max(width * by, 1), Math.max(secs / 20, 1));
    picture.setAttribute("width", `${width * 100}%`);
    inView(now());
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("a, summary, input, label, audio")) return;
    const target = event.target.closest("[data-seek]");
    if (target) return seek(Number(target.dataset.seek));
    if (event.target.closest("button")) return;
    // Whoever selects words does not want to go there.
    if (String(getSelection())) return;
    const row = event.target.closest("#rows .row");
    if (row) return seek(Number(row.dataset.at));
    if (picture && event.target.closest("#picture")) {
      const box = picture.getBoundingClientRect();
      seek(((event.clientX - box.left) / box.width) * secs);
    }
  });

  const play = () => sound && (sound.paused ? sound.play().catch(() => {}) : sound.pause());
  const keys = {
    " ": play,
    ArrowLeft: () => seek(now() - 5),
    ArrowRight: () => seek(now() + 5),
    j: () => moment(1),
    k: () => moment(-1),
    "+": () => widen(1.5),
    "-": () => widen(1 / 1.5),
    "?": () => {
      const help = $("keys");
      help.open = !help.open;
      if (help.open) help.querySelector("summary").focus();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !keys[event.key]) return;
    const on = event.target;
    // These have keys of their own: a button its space, a player all.
    if (on.closest("audio, input, select, textarea")) return;
    if (event.key === " " && on.closest("button, summary")) return;
    if (event.key.startsWith("Arrow") && on.closest("#strip")) return;
    event.preventDefault();
    keys[event.key]();
  });

  $("next").addEventListener("click", () => moment(1));
  $("previous").addEventListener("click", () => moment(-1));
  $("wider").addEventListener("click", () => widen(1.5));
  $("narrower").addEventListener("click", () => widen(1 / 1.5));
  if (sound) {
    for (const event of ["timeupdate", "seeked", "loadedmetadata"]) sound.addEventListener(event, show);
    // Between the player's own reports, which come four times a second.
    const glide = () => {
      show();
      if (!sound.paused) requestAnimationFrame(glide);
    };
    sound.addEventListener("play", () => !calm.matches && glide());
    sound.addEventListener("error", () => {
      document.querySelector(".sound").textContent =
        "The sound can't be played: audio.wav is not where this page looks for it, or is damaged.";
    });
  }
  for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;

  // From a page of many calls: #t=12.5
  const there = () => {
    const at = /^#t=(\d+(?:\.\d+)?)$/.exec(location.hash);
    if (at) seek(Number(at[1]));
  };
  addEventListener("hashchange", there);
  show();
  there();
})();
