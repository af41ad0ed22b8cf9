// Figures that compute in the page what the Python function of the same name draws, for every state and without frames.
// `formulas` holds the numbers (tests hold them to Python within 1e-6), the kit draws, and `figure` names a figure.
"use strict";

const COLOR = { blue: "#074394", vermilion: "#CA5427", orange: "#D87E00", green: "#1F673F", black: "#222222", grey: "#767676", light: "#D9D9D9" };
const LOOKS = { // as helpers.style registers them
  SGD: COLOR.black, momentum: COLOR.blue, Adagrad: COLOR.green, RMSprop: COLOR.orange, Adam: COLOR.vermilion,
};

// Numbers

const square = x => x * x;
const SURFACES = { // height, lowest points, start, and the part that is shown
  beale: { height: (x, y) => square(1.5 - x + x * y) + square(2.25 - x + x * y ** 2) + square(2.625 - x + x * y ** 3),
    minima: [[3, 0.5]], start: [1, 1.5], view: [[-1, 4.2], [-2.4, 1.8]] },
  rosenbrock: { height: (x, y) => square(1 - x) + 100 * square(y - x ** 2), minima: [[1, 1]], start: [-1.2, 1], view: [[-1.8, 1.6], [-0.8, 1.9]] },
  himmelblau: { height: (x, y) => square(x ** 2 + y - 11) + square(x + y ** 2 - 7),
    minima: [[3, 2], [-2.805118086952745, 3.131312518250573], [-3.779310253377747, -3.28318599128617], [3.584428340330492, -1.848126526964404]],
    start: [0, -1], view: [[-1, 5], [-3.3, 2.9]] },
  bowl: { height: (x, y) => (x ** 2 + 25 * y ** 2) / 2, minima: [[0, 0]], start: [-4, 1], view: [[-4.6, 4.2], [-1.6, 1.6]] },
  plateau: { height: (x, y) => (x ** 2 + y ** 2) / (1 + x ** 2 + y ** 2), minima: [[0, 0]], start: [-3, 2], view: [[-4, 1.5], [-1.5, 3]] },
};

const RULES = { // name → learning rate, and a step from w with gradient g; s remembers
  SGD: [0.02, (w, g, s, step, rate) => w.map((wi, i) => wi - rate * g[i])],
  momentum: [0.002, (w, g, s, step, rate) => {
    s.v = g.map((gi, i) => 0.9 * (s.v?.[i] ?? 0) - rate * gi);
    return w.map((wi, i) => wi + s.v[i]);
  }],
  Adagrad: [1, (w, g, s, step, rate) => {
    s.sum = g.map((gi, i) => (s.sum?.[i] ?? 0) + gi ** 2);
    return w.map((wi, i) => wi - rate * g[i] / (Math.sqrt(s.sum[i]) + 1e-7));
  }],
  RMSprop: [0.05, (w, g, s, step, rate) => {
    s.r = g.map((gi, i) => 0.9 * (s.r?.[i] ?? 0) + 0.1 * gi ** 2);
    return w.map((wi, i) => wi - rate * g[i] / (Math.sqrt(s.r[i]) + 1e-7));
  }],
  Adam: [0.3, (w, g, s, step, rate) => {
    s.m = g.map((gi, i) => 0.9 * (s.m?.[i] ?? 0) + 0.1 * gi);
    s.r = g.map((gi, i) => 0.999 * (s.r?.[i] ?? 0) + 0.001 * gi ** 2);
    return w.map((wi, i) => wi - rate * (s.m[i] / (1 - 0.9 ** step)) / (Math.sqrt(s.r[i] / (1 - 0.999 ** step)) + 1e-7));
  }],
};

// Central differences of fourth order, as helpers.surface takes them.
function slope(height, [x, y]) {
  const along = (value, at) => {
    const h = 1e-3 * Math.max(1, Math.abs(value));
    return (at(value - 2 * h) - 8 * at(value - h) + 8 * at(value + h) - at(value + 2 * h)) / (12 * h);
  };
  return [along(x, there => height(there, y)), along(y, there => height(x, there))];
}

const formulas = {
  walk({ rule, surface, start, steps = 100, rate = RULES[rule][0] }) {
    const path = [start], memory = {};
    for (let step = 1; step <= steps; step += 1) {
      const last = path[step - 1];
      const next = Number.isFinite(last[0]) ? RULES[rule][1](last, slope(SURFACES[surface].height, last), memory, step, rate) : [NaN, NaN];
      path.push(next.every(Number.isFinite) ? next : [NaN, NaN]);
    }
    return path;
  },
  distances({ path, surface }) {
    return path.map(([x, y]) => Math.min(...SURFACES[surface].minima.map(([a, b]) => Math.hypot(x - a, y - b))));
  },
  neuron({ w1, w2, b, points }) {
    return points.map(([x1, x2]) => 1 / (1 + Math.exp(-(w1 * x1 + w2 * x2 + b))));
  },
  chain({ x, w, b }) {
    const forward = weight => {
      const u = x * weight, z = u + b, y = 1 / (1 + Math.exp(-z));
      return [weight, u, z, y, (y - 1) ** 2 / 2];
    };
    const values = forward(w), nudged = forward(w + 0.001), factors = [x, 1, values[3] * (1 - values[3]), values[3] - 1];
    return {
      values, factors,
      changes: values.map((value, k) => 1000 * (nudged[k] - value)),
      gradients: [0, 1, 2, 3, 4].map(k => factors.slice(k).reduce((product, factor) => product * factor, 1)),
    };
  },
  line({ slope: m, intercept: c, x, y }) {
    const residuals = x.map((xi, i) => y[i] - (m * xi + c)), n = x.length;
    return {
      residuals,
      absolute: residuals.reduce((sum, r) => sum + Math.abs(r), 0) / n,
      squared: residuals.reduce((sum, r) => sum + r * r, 0) / n,
    };
  },
};

// The kit

const number = (value, digits) => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
};
// With three digits that count, two if it is small, and no zeros behind them, as figures/_kit.py writes numbers.
const short = value => {
  const size = Math.abs(value);
  const text = size >= 1000 ? String(Math.round(value)) : size >= 1 ? value.toPrecision(4) : size >= 0.0995 ? value.toFixed(3)
    : value.toFixed(Math.min(6, 1 - Math.floor(Math.log10(Math.max(size, 1e-6)))));
  const plain = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return (Number(plain) ? plain : "0").replace("-", "−");
};
const tag = (name, attributes, inner = "") =>
  `<${name} ${Object.entries(attributes).map(([key, value]) => `${key}="${value}"`).join(" ")}>${inner}</${name}>`;
const path = (points, color, width, more = {}) =>
  tag("polyline", { points: points.map(p => p.map(v => v.toFixed(1)).join()).join(" "), fill: "none", stroke: color, "stroke-width": width, "stroke-linejoin": "round", ...more });
const dot = ([x, y], r, color, more = {}) => tag("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r, fill: color, ...more });
const box = (x, y, width, height, color, more = {}) => tag("rect", { x, y, width, height, fill: color, ...more });
const words = ([x, y], text, more = {}) => tag("text", { x, y, "font-size": 14.5, fill: COLOR.black, ...more }, text);
const clipped = (id, inner) => tag("g", { "clip-path": `url(#${id})` }, inner);

// A panel: from data to pixels and back; y grows upwards.
function panel([left, top, width, height], [x0, x1], [y0, y1]) {
  return {
    at: ([x, y]) => [left + (x - x0) / (x1 - x0) * width, top + (y1 - y) / (y1 - y0) * height],
    from: ([px, py]) => [x0 + (px - left) / width * (x1 - x0), y1 - (py - top) / height * (y1 - y0)],
    frame: box(left, top, width, height, "none", { stroke: COLOR.grey }),
    mask: id => tag("clipPath", { id }, box(left, top, width, height, "none")),
    ticks: (xs, ys) => xs.map(x => words([left + (x - x0) / (x1 - x0) * width, top + height + 18], number(x, 0), { "text-anchor": "middle", "font-size": 13 })).join("")
      + ys.map(y => words([left - 8, top + (y1 - y) / (y1 - y0) * height + 5], number(y, 0), { "text-anchor": "end", "font-size": 13 })).join(""),
  };
}

let count = 0;
function sheet(host, width, height) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.style.width = `${width}px`;
  svg.innerHTML = "<g></g>";
  host.append(svg);
  const drawing = svg.firstChild;
  const self = {
    id: `live-${count += 1}`,
    draw(sentence, parts) {
      drawing.innerHTML = box(0, 0, width, height, "#fff") + parts.join("");
      svg.setAttribute("role", svg.querySelector(".handle") ? "group" : "img");
      svg.setAttribute("aria-label", sentence);
      return sentence;
    },
    // A dot to be dragged, or moved with the arrow keys by `step` pixels; `moved` gets its place.
    handle(label, moved, step = 8) {
      const handle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      for (const [key, value] of Object.entries({ class: "handle", r: 10, fill: "#fff", stroke: COLOR.black, "stroke-width": 2.5, tabindex: 0, role: "button", "aria-label": label }))
        handle.setAttribute(key, value);
      svg.append(handle);
      const here = () => [Number(handle.getAttribute("cx")), Number(handle.getAttribute("cy"))];
      handle.addEventListener("pointerdown", event => { handle.setPointerCapture(event.pointerId); event.preventDefault(); handle.focus(); });
      handle.addEventListener("pointermove", event => {
        if (!handle.hasPointerCapture(event.pointerId)) return;
        const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
        moved([place.x, place.y]);
      });
      handle.addEventListener("keydown", event => {
        const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
        if (!move) return;
        event.preventDefault(); event.stopPropagation();
        moved(here().map((value, i) => value + move[i]));
      });
      return ([x, y]) => { handle.setAttribute("cx", x); handle.setAttribute("cy", y); };
    },
  };
  return self;
}

const liveFigures = {};
const figure = (name, make) => { liveFigures[name] = make; };

// The figures: each gets the element that holds its picture, and a function that moves the controls; it returns what
// draws a state and says in a sentence what is seen.

const MAPS = {};
function map(surface, [width, height]) { // bands of height, as a picture
  if (MAPS[surface]) return MAPS[surface];
  const { height: at, minima, view: [[x0, x1], [y0, y1]] } = SURFACES[surface];
  const canvas = Object.assign(document.createElement("canvas"), { width: 2 * width, height: 2 * height });
  const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
  const bottom = Math.min(...minima.map(([x, y]) => at(x, y)));
  const roots = new Float64Array(canvas.width * canvas.height);
  for (let j = 0, k = 0; j < canvas.height; j += 1)
    for (let i = 0; i < canvas.width; i += 1, k += 1)
      roots[k] = Math.sqrt(Math.max(0, at(x0 + (i + 0.5) / canvas.width * (x1 - x0), y1 - (j + 0.5) / canvas.height * (y1 - y0)) - bottom));
  const top = roots.slice().sort()[Math.floor(0.86 * roots.length)], LEVELS = 7;
  roots.forEach((root, k) => {
    const band = Math.min(LEVELS, Math.floor(root / top * LEVELS)) / LEVELS;
    [255, 255, 255].forEach((_, c) => { image.data[4 * k + c] = 255 + band * ([143, 161, 176][c] - 255); });
    const below = k + canvas.width, step = v => Math.min(LEVELS, Math.floor(v / top * LEVELS));
    if ((below < roots.length && step(root) !== step(roots[below])) || ((k + 1) % canvas.width && step(root) !== step(roots[k + 1])))
      [143, 160, 174].forEach((value, c) => { image.data[4 * k + c] = value; });
    image.data[4 * k + 3] = 255;
  });
  context.putImageData(image, 0, 0);
  return MAPS[surface] = canvas.toDataURL();
}

figure("race", host => {
  const paper = sheet(host, 460, 500), place = [10, 34, 440, 300], starts = {}, paths = {};
  let now = {};
  const put = paper.handle("Start of the walks: drag it, or move it with the arrow keys", pixels => {
    const { view } = SURFACES[now.surface];
    starts[now.surface] = panel(place, ...view).from(pixels).map((value, i) => Math.min(view[i][1], Math.max(view[i][0], value)));
    host.closest(".moving").querySelector("[role=status]").textContent = draw(now);
  });
  const draw = state => {
    now = { surface: "beale", moment: 20, rules: ["SGD", "momentum", "RMSprop", "Adam"], ...state };
    const { surface, moment } = now, here = SURFACES[surface], ground = panel(place, ...here.view);
    const start = starts[surface] ?? here.start, lines = [], heads = [], strip = [], far = {};
    const log = v => Math.log10(Math.min(50, Math.max(0.04, v))), below = panel([46, 386, 214, 84], [0, 100], [log(0.04), log(6)]);
    for (const name of now.rules) {
      const key = [name, surface, start].join(), color = LOOKS[name];
      const walked = paths[key] ??= formulas.walk({ rule: name, surface, start });
      const apart = formulas.distances({ path: walked, surface });
      far[name] = Number.isFinite(apart[moment]) ? apart[moment] : Infinity;
      const lost = walked.findIndex(p => !p.every(v => Math.abs(v) < 50)), near = lost < 0 ? walked : walked.slice(0, lost);
      const pixels = near.map(ground.at);
      lines.push(path(pixels, color, 1.2, { opacity: 0.5 }), path(pixels.slice(0, moment + 1), color, 3.2));
      if (near.length > moment) heads.push(dot(pixels[moment], 7, color, { stroke: "#fff", "stroke-width": 1.5 }));
      strip.push(path(apart.map((d, i) => [i, d]).filter(([, d]) => d < 50).map(([i, d]) => below.at([i, log(d)])), color, 2.2));
    }
    const order = Object.keys(far).sort((a, b) => far[a] - far[b]);
    put(ground.at(start));
    const said = moment ? `A race on ${surface}: after ${moment} steps ${order[0]} is nearest, ${number(far[order[0]], 2)} from the minimum.`
      : `A race on ${surface}: all start at the white dot.`;
    return paper.draw(said, [
      ground.mask(paper.id), below.mask(`${paper.id}-s`),
      words([10, 22], moment ? `Step ${moment}: ${order[0]} is nearest` : "All start at the white dot: drag it", { "font-size": 17 }),
      tag("image", { href: map(surface, [440, 300]), x: 10, y: 34, width: 440, height: 300 }),
      clipped(paper.id, here.minima.map(p => words(ground.at(p), "✕", { "text-anchor": "middle", dy: 6, "font-weight": "bold", "font-size": 20 })).join("") + lines.join("") + heads.join("")),
      ground.frame, words([10, 374], "distance to the minimum"), below.frame,
      clipped(`${paper.id}-s`, strip.join("")),
      path([[moment, log(6)], [moment, log(0.04)]].map(below.at), COLOR.grey, 1.5),
      ...[[0.1, "0.1"], [1, "1"]].map(([v, text]) => words([40, below.at([0, log(v)])[1] + 5], text, { "text-anchor": "end", "font-size": 13 })),
      words([46, 490], "0", { "font-size": 13, "text-anchor": "middle" }), words([264, 490], "100 steps", { "font-size": 13, "text-anchor": "end" }),
      ...order.map((name, i) => {
        const y = 392 + 23 * i, lost = far[name] > 50;
        return path([[278, y - 5], [300, y - 5]], LOOKS[name], 4) + words([308, y], `${name} ${lost ? "left" : number(far[name], 2)}`, { fill: LOOKS[name], "font-weight": "bold" });
      }),
    ]);
  };
  return Object.assign(draw, { reset: () => { for (const key in starts) delete starts[key]; } });
});

figure("bars_and_squares", (host, moveTo) => {
  const { x, y } = window.liveData.line, paper = sheet(host, 380, 320), ends = [-2.6, 2.5];
  const ground = panel([44, 40, 322, 235], [-2.9, 5], [-2.45, 3.3]);
  let now = {};
  const puts = ends.map((end, i) => paper.handle(`${i ? "Right" : "Left"} end of the line: drag it, or move it with the arrow keys`, pixels => {
    const other = ends[1 - i], fixed = now.slope * other + now.intercept, moved = ground.from(pixels)[1];
    const slope = (moved - fixed) / (end - other);
    moveTo({ slope, intercept: fixed - slope * other });
  }, 4));
  return state => {
    now = { slope: 0.65, intercept: 0.8, ...state };
    const { slope, intercept } = now, { residuals, absolute, squared } = formulas.line({ ...now, x, y });
    const unit = ground.at([1, 0])[0] - ground.at([0, 0])[0];
    const patch = (left, bottom, side) => {
      const [px, py] = ground.at([left, bottom + side]);
      return box(px, py, side * unit, side * unit, COLOR.vermilion, { "fill-opacity": 0.2, stroke: COLOR.vermilion, "stroke-opacity": 0.7 });
    };
    const bar = (px, low, high) => path([[px, low], [px, high]].map(ground.at), COLOR.vermilion, 5);
    const red = { fill: COLOR.vermilion, "text-anchor": "middle", "font-size": 13.5 };
    ends.forEach((end, i) => puts[i](ground.at([end, slope * end + intercept])));
    return paper.draw(`Slope ${number(slope, 2)}, intercept ${number(intercept, 2)}: the mean bar is ${absolute.toFixed(2)}, the mean square ${squared.toFixed(2)}.`, [
      ground.mask(paper.id),
      words([44, 24], `ŷ = ${number(slope, 2)} x ${intercept >= 0 ? "+" : "−"} ${Math.abs(intercept).toFixed(2)}`, { "font-size": 17 }),
      clipped(paper.id, residuals.map((r, i) => patch(x[i] > 1.9 ? x[i] - Math.abs(r) : x[i], Math.min(y[i], y[i] - r), Math.abs(r))).join("")
        + path(ends.map(end => ground.at([end, slope * end + intercept])), COLOR.blue, 3)
        + residuals.map((r, i) => bar(x[i], y[i], y[i] - r)).join("")
        + x.map((xi, i) => dot(ground.at([xi, y[i]]), 5, COLOR.black)).join("")),
      path([[2.75, -2.45], [2.75, 3.3]].map(ground.at), COLOR.light, 1.5),
      bar(3.85, 1.1, 1.1 + absolute), patch(3.85 - Math.sqrt(squared) / 2, -1.5, Math.sqrt(squared)),
      words(ground.at([3.85, 0.6]), `bar ${absolute.toFixed(2)}`, red), words(ground.at([3.85, -2.1]), `square ${squared.toFixed(2)}`, red),
      words(ground.at([3.85, 2.9]), "means", { "text-anchor": "middle", "font-size": 13.5 }),
      ground.ticks([-2, 0, 2], [-2, 0, 2]),
      words([150, 312], "input x"), words([14, 165], "target y", { transform: "rotate(-90 14 165)", "text-anchor": "middle" }),
    ]);
  };
});

figure("one_neuron", host => {
  const { points, labels } = window.liveData.clothes, paper = sheet(host, 440, 520), REACH = 3;
  const ground = panel([70, 210, 268, 268], [-REACH, REACH], [-REACH, REACH]);
  const look = which => (which ? COLOR.blue : COLOR.vermilion);
  return state => {
    const { w1, w2, b } = { w1: 1, w2: 1, b: 0, ...state }, length = Math.hypot(w1, w2);
    const said = formulas.neuron({ w1, w2, b, points }).map(p => Number(p > 0.5));
    const right = said.filter((one, i) => one === labels[i]).length;
    const parts = [ground.mask(paper.id)];
    // The neuron: inputs at the left, weights as lines, the sigmoid in the unit.
    const unit = [300, 88], inputs = [["x₁", w1, 30], ["x₂", w2, 92], ["1", b, 154]];
    for (const [, value, y] of inputs)
      parts.push(path([[60, y], unit], look(value >= 0), 1 + Math.abs(value), value < 0 ? { "stroke-dasharray": "7 4" } : {}));
    for (const [name, value, y] of inputs) {
      const at = [140, y + (88 - y) * 80 / 240];
      const frame = { stroke: COLOR.black, "stroke-width": 1.5, ...(name === "1" ? { transform: `rotate(45 60 ${y})` } : {}) };
      parts.push(box(43, y - 17, 34, 34, "#fff", frame), words([60, y + 5], name, { "text-anchor": "middle" }),
        box(at[0] - 22, at[1] - 11, 44, 22, "#fff"), words([at[0], at[1] + 5], number(value, 1), { "text-anchor": "middle" }));
    }
    const curve = Array.from({ length: 33 }, (_, i) => [unit[0] - 18 + i * 36 / 32, unit[1] - 26 * (1 / (1 + Math.exp(-(i - 16) / 3)) - 0.5)]);
    parts.push(dot(unit, 29, "#fff", { stroke: COLOR.black, "stroke-width": 1.5 }), path(curve, COLOR.blue, 2.4),
      path([[330, 88], [350, 88]], COLOR.black, 2), words([356, 93], "ŷ = σ(z)"));
    // The plane: shade, boundary, points.
    let plane = "";
    const strip = (low, high, color, opacity) => { // where the prediction lies between two values
      if (!length) return "";
      const normal = [w1 / length, w2 / length], along = [-normal[1], normal[0]];
      const foot = p => { const z = Math.log(p / (1 - p)); return Math.max(-30, Math.min(30, (z - b) / length)); };
      const ends = [foot(low), foot(high)].flatMap((d, k) => [-20, 20].map(t => [d * normal[0] + (k ? -t : t) * along[0], d * normal[1] + (k ? -t : t) * along[1]]));
      return tag("polygon", { points: ends.map(p => ground.at(p).join()).join(" "), fill: color, opacity });
    };
    const levels = [0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1];
    for (let i = 0; i < 8; i += 1) plane += strip(levels[i], levels[i + 1], look(i > 3), 0.06 + 0.1 * Math.abs(i - 3.5));
    plane += points.map((p, i) => {
      const hit = said[i] === labels[i], more = { stroke: look(labels[i]), "stroke-width": 1.6 }, [cx, cy] = ground.at(p);
      return labels[i] ? box((cx - 4).toFixed(1), (cy - 4).toFixed(1), 8, 8, hit ? look(1) : "#fff", more) : dot([cx, cy], 4.4, hit ? look(0) : "#fff", more);
    }).join("");
    if (length) {
      const normal = [w1 / length, w2 / length], across = (p, t) => {
        const d = (Math.log(p / (1 - p)) - b) / length;
        return ground.at([d * normal[0] - t * normal[1], d * normal[1] + t * normal[0]]);
      };
      for (const p of [0.1, 0.9]) plane += path([across(p, -20), across(p, 20)], COLOR.black, 1.5, { "stroke-dasharray": "6 4" });
      plane += path([across(0.5, -20), across(0.5, 20)], COLOR.black, 3);
      const foot = [-b * normal[0] / length, -b * normal[1] / length], tip = [foot[0] + w1 / 3, foot[1] + w2 / 3];
      const [[fx, fy], [tx, ty]] = [foot, tip].map(ground.at), angle = Math.atan2(ty - fy, tx - fx);
      const barb = turn => [tx - 11 * Math.cos(angle + turn), ty - 11 * Math.sin(angle + turn)];
      for (const [color, width] of [["#fff", 7], [COLOR.black, 3.2]])
        plane += path([[fx, fy], [tx, ty]], color, width) + path([barb(0.5), [tx, ty], barb(-0.5)], color, width);
    }
    const name = (at, text, which) => tag("text", { x: ground.at(at)[0], y: ground.at(at)[1], "text-anchor": "end", "font-size": 14.5, "font-weight": "bold", fill: look(which), stroke: "#fff", "stroke-width": 4, "paint-order": "stroke" }, text);
    parts.push(clipped(paper.id, plane + name([2.9, -1.2], "pullovers", 0) + name([-0.7, 1.9], "bags", 1)), ground.frame, ground.ticks([-2, 0, 2], [-2, 0, 2]),
      words([70, 202], `${right} of ${labels.length} right`, { "font-size": 17 }), words([204, 514], "x₁: ink in the upper half", { "text-anchor": "middle" }),
      words([30, 344], "x₂: ink at the sides", { transform: "rotate(-90 30 344)", "text-anchor": "middle" }));
    const corners = [-1, 1].flatMap(i => [-1, 1].map(j => b + REACH * (i * w1 + j * w2)));
    const boundary = !length ? "no boundary: it says the same everywhere" : corners.every(z => z > 0) || corners.every(z => z < 0) ? "no boundary in sight" : "a straight boundary";
    return paper.draw(`A neuron with weights ${number(w1, 1)} and ${number(w2, 1)} and bias ${number(b, 1)}: on the plane of its inputs ${boundary}, with ${right} of ${labels.length} images on the right side.`, parts);
  };
});

figure("chain", host => {
  const paper = sheet(host, 760, 520), names = ["w", "u", "z", "ŷ", "L"], symbols = ["× x", "× 1", "× σ′(z)", "× (ŷ − y)"];
  const colors = [COLOR.green, "#9a5a00", "#16719a", "#873472"], RED = COLOR.vermilion;
  const { at } = panel([0, 0, 760, 520], [-0.45, 4.45], [-0.4, 13.2]);
  const middle = { "text-anchor": "middle" }, strong = { "font-weight": "bold" };
  return state => {
    const { x, w, b, stage } = { x: 1.5, w: -0.75, b: 0.5, stage: 8, ...state };
    const { values, factors, changes, gradients } = formulas.chain({ x, w, b }), parts = [];
    const arrow = (from, to, y, color) => {
      const [[ax, ay], [bx]] = [at([from, y]), at([to, y])], back = Math.sign(ax - bx) * 10;
      return path([[ax, ay], [bx, ay]], color, 2.5) + path([[bx + back, ay - 6], [bx, ay], [bx + back, ay + 6]], color, 2.5);
    };
    const bar = (k, base, value, text, answer) => {
      const color = answer ? RED : "#444444", [px, py] = at([k, base]), tall = 0.62 * value / 13.6 * 520;
      const [tx, ty] = [px, py - tall + (value >= 0 ? -16 : 16)], wide = 9.5 * text.length + 8;
      return box(px - 13, Math.min(py, py - tall), 26, Math.abs(tall), color)
        + (answer ? box(tx - wide / 2, ty - 12, wide, 24, "#fff", { stroke: color, "stroke-width": 1.5, rx: 4 }) : "")
        + words([tx, ty + 5], text, { ...middle, ...strong, fill: color });
    };
    for (const base of [9.9, 2.7]) parts.push(path([[-0.3, base], [4.3, base]].map(at), COLOR.grey, 1));
    factors.forEach((factor, k) => {
      const [left, top] = at([k + 0.23, 12.25]), [right, bottom] = at([k + 0.77, 0.55]);
      parts.push(box(left, top, right - left, bottom - top, colors[k], { opacity: 0.1 }), path([[k, 6.2], [k + 1, 6.2]].map(at), colors[k], 6),
        words(at([k + 0.5, 6.55]), symbols[k], { ...middle, ...strong, fill: colors[k] }));
      for (const [shown, row, from, to] of [[stage > k, 8, 0.28, 0.72], [stage >= 8 - k, 1.3, 0.72, 0.28]])
        if (shown) parts.push(arrow(k + from, k + to, row, colors[k]), words(at([k + 0.5, row + 0.35]), `× ${short(factor)}`, { ...middle, ...strong, fill: colors[k] }));
    });
    names.forEach((name, k) => {
      const [px, py] = at([k, 6.2]), edge = { stroke: COLOR.black, "stroke-width": 1.8 };
      parts.push(k ? dot([px, py], 25, "#fff", edge) : box(px - 24, py - 24, 48, 48, "#fff", edge), k === 3 ? dot([px, py], 21, "#fff", edge) : "",
        words([px, py + 6], name, { ...middle, "font-size": 18 }), words(at([k, 4.7]), short(values[k]), { ...middle, fill: COLOR.grey }));
      if (stage > 0 && stage >= k) parts.push(bar(k, 9.9, changes[k], (changes[k] > 0 ? "+" : "") + short(changes[k]), k === 4));
      if (stage > 4 && stage >= 8 - k) parts.push(bar(k, 2.7, gradients[k], short(gradients[k]), k === 0));
    });
    for (const [place, text] of [[0.5, `x = ${short(x)}`], [1.5, `b = ${short(b)}`], [3.5, "y = 1"]]) {
      const [px, py] = at([place, 5.1]);
      parts.push(box(px - 42, py - 13, 84, 26, "#fff", { stroke: COLOR.grey, rx: 4 }), words([px, py + 5], text, middle));
    }
    for (const [y, head, question] of [[12.55, "Forward →", "nudge w by 0.001: by how many thousandths do values change?"], [3.9, "← Backward", "how much does L change per unit of each value?"]])
      parts.push(words(at([-0.42, y]), head, strong), words(at([0.44, y]), question));
    if (stage === 8)
      parts.push(words(at([2, -0.2]), `${factors.map(f => (f < 0 ? `(${short(f)})` : short(f))).join(" · ")} = ${short(gradients[0])} = ∂L/∂w`, { ...middle, ...strong, fill: RED }));
    return paper.draw(`A neuron as a chain of four factors, stage ${stage} of 8: x ${short(x)}, w ${short(w)}, b ${short(b)}, prediction ${short(values[3])}; nudging w by 0.001 changes L by ${short(changes[4])} thousandths; the product of the factors is ${short(gradients[0])}.`, parts);
  };
});

if (typeof window !== "undefined") window.liveFigures = liveFigures;
if (typeof module !== "undefined") module.exports = { formulas, SURFACES, RULES };
