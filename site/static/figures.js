// Moves the figures of a page: a state of the controls chooses a picture, or a live figure (live.js) draws it.
"use strict";

const FIRST_AHEAD = 12, NEAR = 2;

function startFigure(root) {
  const data = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
  const image = root.querySelector("img"), status = root.querySelector("[role=status]");
  const form = root.querySelector("form"), inputs = [...form.querySelectorAll("[data-control]")];
  const live = window.liveFigures?.[root.dataset.live]?.(root.querySelector(".picture"), state => moveTo(state));
  const loaded = new Map();

  const place = input => (input.type === "checkbox" ? Number(input.checked) : Number(input.value));
  const put = (input, value) => {
    if (input.type === "checkbox") input.checked = Boolean(value); else input.value = value;
  };
  const index = places => places.reduce((state, at, i) => state * data.labels[i].length + at, 0);

  // A picture that was loaded once is kept, so that a slider never waits for it again.
  const load = file => {
    if (!loaded.has(file)) {
      const picture = new Image();
      picture.src = "frames/" + data.files[file];
      loaded.set(file, picture);
    }
    return loaded.get(file);
  };
  const loadAhead = () => {
    if (live) return;
    const here = inputs.map(place);
    inputs.forEach((input, i) => {
      for (let step = -NEAR; step <= NEAR; step += 1) {
        const there = here[i] + step;
        if (there >= 0 && there < data.labels[i].length)
          load(data.order[index(here.map((at, k) => (k === i ? there : at)))]);
      }
    });
  };
  const loadRest = () => {
    if (live) return;
    const rest = data.files.map((_, i) => i).filter(i => !loaded.has(i));
    const some = () => {
      rest.splice(0, FIRST_AHEAD).forEach(load);
      if (rest.length) setTimeout(some, 120);
    };
    some();
  };

  const update = () => {
    const places = inputs.map(place);
    inputs.forEach((input, i) => {
      const label = data.labels[i][places[i]], output = input.parentNode.querySelector("output");
      if (output) { output.textContent = label; input.setAttribute("aria-valuetext", label); }
    });
    for (const button of root.querySelectorAll("[data-preset]"))
      button.setAttribute("aria-pressed", String(data.presets[button.dataset.preset].every((at, i) => at === places[i])));
    if (live) {
      const state = Object.fromEntries(data.names.map((name, i) => [name, data.values[i][places[i]]]));
      status.textContent = live({ ...data.constants, ...state });
      return;
    }
    const state = index(places);
    image.src = load(data.order[state]).src;
    image.alt = status.textContent = data.sentences[data.said[state]];
    loadAhead();
  };
  // A live figure that is dragged says where its controls should stand.
  const moveTo = state => {
    data.names.forEach((name, i) => {
      if (!(name in state)) return;
      const nearest = data.values[i].reduce((best, value, k, all) =>
        Math.abs(value - state[name]) < Math.abs(all[best] - state[name]) ? k : best, 0);
      put(inputs[i], nearest);
    });
    update();
  };

  let timer = 0;
  const play = form.querySelector("[data-action=play]");
  const stop = () => {
    clearInterval(timer); timer = 0;
    if (play) play.textContent = "▶ play";
  };
  play?.addEventListener("click", () => {
    if (timer) { stop(); return; }
    const input = inputs[data.play], last = data.labels[data.play].length - 1;
    if (Number(input.value) === last) { input.value = 0; update(); }
    play.textContent = "⏸ pause";
    timer = setInterval(() => {
      input.value = Number(input.value) + 1; update();
      if (Number(input.value) >= last) stop();
    }, data.interval);
  });
  form.querySelector("[data-action=reset]")?.addEventListener("click", () => {
    stop(); live?.reset?.(); inputs.forEach((input, i) => put(input, data.initial[i])); update();
  });
  root.querySelector(".presets")?.addEventListener("click", event => {
    const button = event.target.closest("[data-preset]");
    if (!button) return;
    stop(); inputs.forEach((input, i) => put(input, data.presets[button.dataset.preset][i])); update();
  });
  form.addEventListener("input", update);
  form.addEventListener("pointerenter", loadRest, { once: true });
  form.addEventListener("focusin", loadRest, { once: true });
  form.addEventListener("keydown", event => event.stopPropagation()); // slides turn with the same keys

  inputs.forEach((input, i) => put(input, data.initial[i]));
  form.hidden = inputs.length === 0;
  const presets = root.querySelector(".presets");
  if (presets) presets.hidden = false;
  if (live) { image?.remove(); update(); }
  new IntersectionObserver((seen, observer) => {
    if (seen.some(one => one.isIntersecting)) { observer.disconnect(); loadAhead(); }
  }, { rootMargin: "300px" }).observe(root);
  root.dataset.ready = "";
}

for (const root of document.querySelectorAll(".moving:not([data-ready])")) startFigure(root);

// What is wider than a phone scrolls inside its own frame, which keys reach.
const reachable = () => {
  for (const frame of document.querySelectorAll(".picture, .formula, pre, .table-wrapper"))
    if (frame.scrollWidth > frame.clientWidth) frame.tabIndex = 0; else frame.removeAttribute("tabindex");
};
addEventListener("load", reachable);
addEventListener("resize", reachable);
