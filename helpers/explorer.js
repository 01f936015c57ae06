// The explorer, in JupyterLab (anywidget calls `render`) and in a page of its own (which calls `mount`).
//
// It looks up what Python has computed (`held`, see `helpers.explorer.payload`), filters it by years, draws it, moves the
// base of an index and computes a compound rate. What is not held it asks the host for, if the host has a kernel. All text
// is set as text, never as markup, so that a name is a name whatever is in it.

const NS = "http://www.w3.org/2000/svg";

class Refused extends Error {
  constructor(pair) { super(pair[0]); this.pair = pair; }
}

export default {
  render({ model, el }) {
    const waiting = new Map();
    let drawing = false;
    model.on("msg:custom", (message) => waiting.get(message.id)?.(message));
    const send = (message, heard) => {
      const id = Math.random();
      waiting.set(id, heard);
      model.send({ ...message, id });
    };
    const explorer = mount(el, JSON.parse(model.get("held")), {
      choice: model.get("choice"),
      ask: (choice) => new Promise((heard) => send({ do: "fit", choice }, heard)),
      save: (choice, name, heard) => send({ do: "save", choice, name }, heard),
      changed: (choice) => { drawing = true; model.set("choice", choice); drawing = false; model.save_changes(); },
    });
    model.on("change:choice", () => { if (!drawing) explorer.choose(model.get("choice")); }); // set from Python
  },
};

// An element with attributes, listeners (on…) and children; strings are text.
function h(name, attributes = {}, ...children) {
  const svg = name.startsWith("svg:");
  const element = svg ? document.createElementNS(NS, name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

const fillIn = (element, ...children) => element.replaceChildren(...children.filter((child) => child != null));

// Every text that has to be in the catalogue is an argument of T or t; a pair is English and Chinese, values may be pairs too.
const texts = (held) => (text, values = {}) => [text, held.texts[text] ?? text].map((one, k) =>
  one.replace(/{(\w+)}/g, (_, name) => (Array.isArray(values[name]) ? values[name][k] : values[name])));

const isPoint = (point) => point.q !== "at_least" && point.q !== "at_most";

// What a choice shows: the points of every line, its trend, the unit. Throws Refused; `ask` where it is not held.
function answers(held, own) {
  const known = new Map([...held.lines, ...own].map((line) => [line.k.join(), line]));
  const T = texts(held);
  const refuse = (pair) => { throw new Refused(pair); };

  function shown(line, { show, years }) {
    const [first, last] = years ?? [-Infinity, Infinity];
    const within = (series, from = first) => series.y.flatMap((x, i) =>
      x >= from && x <= last ? [{ label: String(x), x, v: series.v[i], s: Array.isArray(series.s) ? series.s[i] : series.s }] : []);
    const levels = within(line).map((point) => ({ ...point, q: line.q[point.x] ?? "exact" }));
    if (show === "level" || !levels.length) {
      return levels.map((point) => ({ ...point, lo: point.q === "at_least" ? point.v : null, hi: point.q === "at_most" ? point.v : null }));
    }
    const left = levels.filter(isPoint);
    const crossed = line.b?.find((year) => year > levels[0].x && year <= levels[levels.length - 1].x);
    if (crossed && !Object.hasOwn(held.over, show)) refuse(T("The definition changes in {year}: take the years before it, or from it on.", { year: crossed }));
    if (line.no[show] !== undefined) refuse(held.reasons[line.no[show]] ?? line.no[show]);
    if (show === "growth") {
      const grown = within(line.growth, first + 1).map((point) => ({ ...point, q: "exact" }));
      return grown.length ? grown : refuse(T("No two years in a row have a figure."));
    }
    if (show === "index") return left;
    if (show === "compound") {
      if (left.length < 2) refuse(T("A single year has no growth."));
      const [from, to] = [left[0], left[left.length - 1]];
      const rate = 100 * Math.expm1(Math.log(to.v / from.v) / (to.x - from.x));
      return [{ label: `${from.x}–${to.x}`, x: to.x, v: rate, s: from.s, also: to.s, q: "exact" }];
    }
    const ratio = within(line[show]);
    if (!ratio.length) refuse(held.reasons[line[show].none]);
    return ratio.map((point) => ({ ...point, q: "exact" }));
  }

  // Trends are held over all years, the first few years ahead, for two intervals.
  const cut = (line, { show, years, horizon, level }) => horizon > held.horizon || !held.levels.includes(level) || (years
    && (line[show] ?? line).y.some((x) => x < years[0] + (show === "growth" ? 1 : 0) || x > years[1]));

  function ahead(line, last, { show, model, level, horizon }, scale) {
    const kept = line.t[show === "index" ? "level" : show][model];
    if (typeof kept === "number") refuse(held.reasons[kept]);
    const [log, narrow, mean, half] = kept;
    const back = (value) => scale * (log ? Math.exp(value / 100) : value);
    return mean.slice(0, horizon).map((value, i) => {
      const width = half[i] * (level === held.levels[0] ? narrow : 1);
      const x = last + 1 + i;
      return { x, label: String(x), v: back(value), lo: back(value - width), hi: back(value + width), q: "projected" };
    });
  }

  function answer(choice) {
    const { lines: keys, show, years, model } = choice;
    if (!keys.length) refuse(T("Choose an indicator."));
    if (keys.length > held.most) refuse(T("{n} lines at most can be told apart.", { n: held.most }));
    if (new Set(keys.map(String)).size < keys.length) refuse(T("The same line twice."));
    const lines = keys.map((key) => known.get(key.join()) ?? refuse(T("{what} is not in the catalogue.", { what: key.join(", ") })));
    if (show !== "level" || model) {
      if (lines.some((line) => line.d)) refuse(T("What documents print is shown as it is printed."));
      if (lines.some((line) => line.k[2] === "target")) refuse(T("A target is no measurement: it is shown as it is."));
    }
    if (show === "compound" && model) refuse(T("A compound rate is one number; it has no trend."));
    const points = lines.map((line) => line.d
      ? line.d.filter(([, x]) => !years || (Math.ceil(x) >= years[0] && Math.ceil(x) <= years[1])).map(([label, x, v, lo, hi, q, s]) => ({ label, x, v, lo, hi, q, s }))
      : shown(line, choice));
    const none = points.findIndex((one) => !one.length);
    if (none >= 0) refuse(T("{what} of {where} has no figure in these years.", { what: held.indicators[keys[none][0]], where: held.areas[keys[none][1]] }));
    let base = null;
    if (show === "index") {
      const common = points[0].map((point) => point.x).filter((x) => points.every((one) => one.some((point) => point.x === x)));
      if (!common.length) refuse(T("The lines have no year in common."));
      [base] = common;
    }
    const units = lines.map((line) => ({ index: "index", growth: "percent", compound: "percent" })[show] ?? (show === "level" ? line.u : line[show].u));
    if (new Set(units).size > 1) refuse(T("The units differ: show an index or growth."));
    const at = points.map((one) => one.find((point) => point.x === base)?.v);
    if (base !== null) points.forEach((one, i) => { points[i] = one.map((point) => ({ ...point, v: 100 * point.v / at[i] })); });
    const ask = Boolean(model) && lines.some((line) => line.own || cut(line, choice));
    if (ask) points.map((one) => one.filter(isPoint).length).forEach((years) => {
      const [, least] = held.models[model];
      if (years < least) refuse(T("It needs {least} years; there are {years}.", { least, years }));
    });
    const trends = lines.map((line, i) => {
      if (!model || ask) return [];
      const last = points[i].findLast(isPoint);
      return ahead(line, last?.x, choice, base === null ? 1 : 100 / at[i]);
    });
    const vintages = lines.map((line) => (Object.hasOwn(held.over, show) ? line[show].w : line.k[2]));
    return { lines, points, trends, unit: units[0], base, vintages, ask };
  }

  const why = (choice) => {
    try { answer(choice); return null; } catch (error) {
      if (error instanceof Refused) return error.pair;
      throw error;
    }
  };
  return { answer, why, known };
}

export function mount(root, held, host = {}) {
  const T = texts(held), LATER = "This page has trends over all years; JupyterLab fits them to any.";
  let own = [], { answer, why, known } = answers(held, own);
  let choice = { ...held.questions[0][1], ...host.choice };
  let chinese = /^zh/.test(navigator.language);
  let seen = null; // what is shown, for the files that are taken away
  let room = 0; // width there is for the picture
  let cursor = null; // the year under the pointer or the keys
  let asked = 0; // number of the last question to the host

  // Words and numbers
  const pick = (pair) => pair[Number(chinese)];
  const t = (text, values) => pick(T(text, values));
  const both = (text) => [text, text];
  const spans = (label) => [label, label.replace("–", "—")]; // of years, as each language writes them
  const unitName = (unit) => (held.units[unit] ? [held.units[unit][0], held.units[unit][2]] : both(unit));
  const factor = (unit, k = Number(chinese)) => (k ? 1 : held.units[unit]?.[1] ?? 1);
  function number(value, k = Number(chinese)) {
    const size = Math.abs(value), text = value.toFixed(size >= 1000 ? 0 : size >= 10 ? 1 : 2).replace("-", "−");
    return k ? text : text.replace(/\d(?=(\d{3})+(\.|$))/g, "$&,");
  }
  // As printed: no digit less, and none that is not there.
  const exactly = (value) => {
    const [whole, ...decimals] = String(Number(value.toPrecision(9))).replace("-", "−").split(".");
    return [chinese ? whole : whole.replace(/\d(?=(\d{3})+$)/g, "$&,"), ...decimals].join(".");
  };
  const distinct = (pairs) => [...new Map(pairs.map((pair) => [pair.join("\n"), pair])).values()];
  const listed = (pairs) => distinct(pairs).reduce((one, more) => T("{one}; {more}", { one, more }));
  const enumerated = (pairs) => distinct(pairs).reduce((one, more, i, all) =>
    (i === all.length - 1 ? T("{one} and {more}", { one, more }) : T("{one}, {more}", { one, more })));
  const indicator = (key) => held.indicators[key[0]] ?? both(key[0]);
  const area = (key) => held.areas[key[1]] ?? both(key[1]);
  const vintage = (name) => [0, 1].map((k) => name.split(" / ")
    .map((side) => side.split("+").map((part) => (held.vintages[part] ?? both(part))[k]).join(" + ")).join(" / "));
  const showName = {
    level: T("level"), index: T("index"), growth: T("growth on the year before"), compound: T("compound growth"),
    share: T("relative to GDP"), per_resident: T("per resident"), per_rd: T("per yuan of R&D"),
  };
  const role = {
    target: T("target"), rule: T("rule"), observation: T("observation"), share: T("share"), growth: T("growth"),
    outcome: T("published later"), reference: T("reference"),
  };

  // What tells the lines apart.
  function named(keys) {
    const places = [area, indicator].filter((name) => new Set(keys.map((key) => name(key)[0])).size > 1);
    if (new Set(keys.map((key) => key[2])).size > 1) places.push((key) => vintage(key[2]));
    return keys.map((key) => (places.length ? places : [area]).map((name) => name(key)).reduce((one, more) => [0, 1].map((k) => `${one[k]} · ${more[k]}`)));
  }

  const inLogarithms = (found) => ["level", "index"].includes(choice.show) && found.lines.every((line) => line.log);
  function told(found) {
    const title = T("{what}: {where}", { what: listed(choice.lines.map(indicator)), where: enumerated(choice.lines.map(area)) });
    let measure = {
      index: T("index, {base} = 100", { base: found.base }), growth: T("growth on the year before, percent"),
      compound: T("compound growth from the first to the last year, percent a year"), share: T("relative to GDP, percent"),
    }[choice.show] ?? unitName(found.unit);
    if (choice.model) {
      const scale = inLogarithms(found) ? T("in logarithms") : T("as it is");
      measure = T("{measure}; trend: {model}, {scale}, with its {level} % interval", { measure, model: T(choice.model), scale, level: Math.round(100 * choice.level) });
    }
    return { title, subtitle: T("{measure}; {vintage}", { measure, vintage: listed(found.vintages.map(vintage)) }) };
  }

  // The parts of the page
  const style = h("style", {}, css(held));
  const controls = h("section", { class: "controls" });
  const above = h("div", {}), below = h("div", {}); // the picture with what is painted at once, and what may come after it
  const picture = h("section", { class: "picture" }, above, below);
  const box = h("div", { class: "explorer" }, controls, picture);
  // In JupyterLab a tree of its own: its thousands of rules need not be matched at every change. Fonts are the document's.
  const tree = host.ask ? root.shadowRoot ?? root.attachShadow({ mode: "open" }) : root;
  tree.replaceChildren(style, box);
  if (!document.getElementById("explorer-font")) document.head.append(h("style", { id: "explorer-font" }, font(held)));

  const button = (label, click, attributes = {}) => h("button", { type: "button", onclick: click, ...attributes }, label);
  const field = (label, control) => h("label", {}, h("span", {}, label), control);
  // A list to choose from; what cannot be chosen has its reason beside it.
  function select(name, options, chosen, change) {
    const items = options.map(([value, label, reason]) =>
      h("option", { value, selected: value === String(chosen), disabled: Boolean(reason) }, reason ? `${label} — ${reason}` : label));
    return h("select", { "data-name": name, onchange: (event) => change(event.target.value) }, ...items);
  }

  // What is added next
  let next = [...(choice.lines[0] ?? held.lines[0].k)], filter = "";

  // The picture is painted first, and then what is around it.
  function draw() {
    const lang = chinese ? "zh-Hans" : "en";
    if (box.lang !== lang) { // to say it again costs as much as to change it
      box.lang = lang;
      if (!host.ask) {
        document.title = t("Explore Shanghai's innovation figures");
        document.documentElement.lang = lang;
      }
    }
    drawPicture();
    afterPaint(controls, drawControls);
  }
  function afterPaint(part, work) {
    const turn = asked, rest = () => { if (turn === asked) work(); };
    if (part.firstChild) requestAnimationFrame(() => setTimeout(rest)); else rest();
  }

  const browsers = /^zh/.test(navigator.language);
  const address = () => `#${encodeURIComponent(JSON.stringify({ ...choice, ...(chinese === browsers ? {} : { zh: chinese }) }))}`;
  const sound = ({ lines, show, years, model, level, horizon }) => Array.isArray(lines)
    && lines.every((key) => Array.isArray(key) && key.length === 3 && key.every((one) => typeof one === "string"))
    && held.shows.includes(show) && (model === null || Object.hasOwn(held.models, model)) && held.levels.includes(level)
    && (years === null || (Array.isArray(years) && years.length === 2 && years.every(Number.isInteger)))
    && Number.isInteger(horizon) && horizon >= 1 && horizon <= held.horizon;
  // The state in the address, if there is one that can be read.
  function recall() {
    try {
      const { zh, ...kept } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
      const whole = { ...held.questions[0][1], years: null, model: null, ...kept };
      if (!sound(whole)) return;
      choice = whole;
      chinese = zh ?? browsers;
    } catch { /* as it was */ }
  }

  function choose(changed) {
    choice = { ...choice, ...changed };
    notice.replaceChildren();
    const plain = { ...choice, show: "level", model: null };
    if (changed.lines && !changed.show && why(choice) && !why(plain)) choice = plain; // a line more or less
    if (!host.ask) history.pushState(null, "", address());
    draw();
    if (host.changed) requestAnimationFrame(() => setTimeout(() => host.changed(choice))); // it can wait for the picture
  }

  // What can be added: an indicator, where there is a figure of it, in a state of revision.
  function addition() {
    const keys = [...known.values()].map((line) => line.k);
    const found = Object.entries(held.indicators).filter(([id, pair]) => keys.some((key) => key[0] === id)
      && filter.toLowerCase().split(/\s+/).every((word) => [...pair, id].join(" ").toLowerCase().includes(word)));
    const has = (id) => keys.some((key) => key[0] === next[0] && key[1] === id);
    const rank = (id) => 2 * !has(id) + (id !== "CN-SH"); // those with a figure first, and first of all Shanghai
    if (!found.some(([id]) => id === next[0]) && found.length) [[next[0]]] = found;
    const areas = Object.keys(held.areas).filter((id) => keys.some((key) => key[1] === id)).sort((one, more) => rank(one) - rank(more));
    if (!has(next[1])) [next[1]] = areas;
    const vintages = keys.filter((key) => key[0] === next[0] && key[1] === next[1]);
    if (!vintages.some((key) => key[2] === next[2])) next[2] = vintages[0][2];
    const full = choice.lines.length >= held.most;
    const shownAlready = (key) => choice.lines.some((line) => line.join() === key.join());
    const search = h("input", { type: "search", value: filter, "data-name": "search", oninput: (event) => { filter = event.target.value; drawControls(); box.querySelector("[data-name=search]").setSelectionRange(filter.length, filter.length); } });
    return [
      field(t("Search"), search),
      field(t("Indicator"), select("indicator", found.length ? found.map(([id, pair]) => [id, pick(pair)]) : [["", t("nothing found")]], next[0], (id) => { next[0] = id; drawControls(); })),
      field(t("Area"), select("area", areas.map((id) => [id, pick(held.areas[id]), has(id) ? "" : t("no figure")]), next[1], (id) => { next[1] = id; drawControls(); })),
      field(t("State of revision"), select("vintage", vintages.map((key) => [key[2], pick(vintage(key[2])), shownAlready(key) ? t("shown already") : ""]), next[2], (id) => { next[2] = id; drawControls(); })),
      button(t("Add"), () => choose({ lines: [...choice.lines, [...next]] }), { disabled: full || !found.length || shownAlready(next), "data-name": "add" }),
      full ? h("p", { class: "hint" }, t("{n} lines at most can be told apart.", { n: held.most })) : null,
    ];
  }

  function drawControls() {
    const kept = box.getRootNode().activeElement?.dataset?.name;
    const lines = choice.lines.map((key, i) => h("li", {},
      swatch(i),
      h("span", {}, `${pick(area(key))} · ${pick(indicator(key))}`, " ", h("small", {}, pick(vintage(key[2])))),
      button("×", () => choose({ lines: choice.lines.filter((_, k) => k !== i) }), { "aria-label": t("Remove {name}", { name: pick(indicator(key)) }), "data-name": `remove-${i}` })));
    const whole = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => [String(from + i), String(from + i)]);
    const years = choice.lines.flatMap((key) => { const line = known.get(key.join()); return line ? line.y ?? line.d.map((row) => Math.ceil(row[1])) : []; });
    const [first, last] = years.length ? [Math.min(...years), Math.max(...years)] : [2000, 2025];
    const [from, to] = choice.years ?? [first, last];
    const window_ = (...ends) => {
      const [a, b] = [Math.min(...ends), Math.max(...ends)];
      choose({ years: a <= first && b >= last ? null : [a, b] });
    };
    const elsewhere = (model) => (!host.ask && choice.lines.length && answer({ ...choice, model }).ask ? t(LATER) : null);
    const reason = (changed) => { const pair = choice.lines.length ? why({ ...choice, ...changed }) : null; return pair && pick(pair); };

    fillIn(controls,
      h("p", { class: "language" },
        ...(host.home ? [h("a", { href: (chinese ? "zh/" : "") + host.home }, t("The report")), " "] : []),
        button(chinese ? "English" : "中文", () => { chinese = !chinese; choose({}); }, { lang: chinese ? "en" : "zh-Hans" })),
      h("details", { class: "questions", open: asking, ontoggle: (event) => { asking = event.target.open; } }, h("summary", {}, t("Start with a question")), ...held.questions.map(([text, ready], i) => button(t(text), () => {
          choose({ ...ready });
          if (room <= 560) picture.scrollIntoView();
        }, { "data-name": `question-${i}` }))),
      h("h2", {}, t("Lines")),
      h("ul", {}, ...lines),
      h("details", { open: adding, ontoggle: (event) => { if (event.target.open !== adding) { adding = event.target.open; drawControls(); } } },
        h("summary", {}, t("Add a line")), ...(adding ? addition().filter(Boolean) : [])),
      host.ask ? null : h("label", { class: "drop" }, h("span", {}, t("Drop a CSV with the columns of series.csv here, or choose one")),
        h("input", { type: "file", accept: ".csv", onchange: ({ target }) => { open(target.files[0]); target.value = ""; } })), // the same file may come again, mended
      h("h2", {}, t("What is shown"), " ", h("small", {}, t("first the years, then the change, then the trend"))),
      h("div", { class: "pair" },
        field(t("From"), select("from", whole(first, last), from, (year) => window_(Number(year), to))),
        field(t("To"), select("to", whole(first, last), to, (year) => window_(from, Number(year))))),
      field(t("Change"), select("show", held.shows.map((show) => [show, pick(showName[show]), show === choice.show ? "" : reason({ show, model: null })]), choice.show, (show) => choose({ show, ...(why({ ...choice, show }) ? { model: null } : {}) }))),
      field(t("Trend"), select("model", [["", t("none")], ...Object.keys(held.models).map((model) => [model, t(model), reason({ model }) ?? elsewhere(model)])], choice.model ?? "", (model) => choose({ model: model || null }))),
      choice.model ? h("p", { class: "hint" }, seen && inLogarithms(seen.found) ? t("Of its logarithm: {text}", { text: T(held.models[choice.model][0]) }) : t(held.models[choice.model][0])) : null,
      choice.model ? h("div", { class: "pair" },
        field(t("Interval"), select("level", held.levels.map((level) => [String(level), `${Math.round(100 * level)} %`]), choice.level, (level) => choose({ level: Number(level) }))),
        field(t("Years ahead"), select("horizon", whole(1, host.ask ? 20 : held.horizon), choice.horizon, (horizon) => choose({ horizon: Number(horizon) })))) : null,
    );
    const place = kept && (box.querySelector(`[data-name="${kept}"]`) ?? box.querySelector("[data-name^=remove], summary"));
    place?.focus({ preventScroll: true });
  }
  let adding = false, asking = true;
  const swatch = (i) => h("i", { class: "swatch", style: `border-top: 3px ${i < 3 ? "solid" : "dashed"} ${colour(i)}` });
  const colour = (i) => [held.colours.accent, held.colours.ink, held.colours.mid][i % 3];

  // The picture
  const measure = (text, size = 13) => { ruler.font = `${size}px "Explorer Sans", sans-serif`; return ruler.measureText(text).width; };
  const ruler = document.createElement("canvas").getContext("2d");
  function wrap(text, room, size = 13) {
    const lines = [""];
    for (const word of text.match(/[⺀-鿿][，。；：、）]*|[^\s⺀-鿿]+\s*|\s+/g) ?? []) {
      if (lines[lines.length - 1] && measure(lines[lines.length - 1] + word.trimEnd(), size) > room) lines.push("");
      lines[lines.length - 1] += word;
    }
    return lines.map((line) => line.trim());
  }
  function ticks(low, high, about) {
    const rough = (high - low) / about || 1, power = 10 ** Math.floor(Math.log10(rough));
    const step = power * [1, 2, 5, 10].find((one) => one * power >= rough);
    const first = Math.ceil(low / step - 1e-9), count = Math.floor(high / step + 1e-9) - first;
    return Array.from({ length: count + 1 }, (_, i) => (first + i) * step);
  }
  const text = (x, y, content, attributes = {}) => h("svg:text", { x, y, "font-size": 13, fill: held.colours.ink, ...attributes }, content);

  // Drawn as wide as there is room; `whole` adds title and sources, for a picture that is taken away.
  function chart(found, width, whole) {
    const { ink, grey, tint, pale } = held.colours, scale = factor(found.unit);
    const labels = named(choice.lines).map(pick), wide = width > 560;
    const head = whole ? [...wrap(pick(seen.title), width - 24, 18), ...wrap(pick(seen.subtitle), width - 24)] : [];
    const foot = whole ? wrap(sourceLine(found), width - 24, 11) : [];
    const tall = whole ? wrap(pick(seen.title), width - 24, 18).length : 0;
    const above = whole ? 16 + 24 * tall + 18 * (head.length - tall) : 0;
    const bars = choice.show === "compound", plot = bars ? 34 * labels.length + 10 : Math.min(420, 120 + width / 2);
    const height = above + plot + (foot.length ? 15 * foot.length + 10 : 0);
    const svg = h("svg:svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": pick(seen.alt), "font-family": '"Explorer Sans", "Noto Sans SC", sans-serif', tabindex: whole ? false : 0 });
    if (whole) {
      svg.append(h("svg:style", {}, font(held)), h("svg:rect", { width, height, fill: "#fff" }));
      head.forEach((line, i) => svg.append(text(12, i < tall ? 28 + 24 * i : 14 + 24 * tall + 18 * (i - tall + 1), line, i < tall ? { "font-size": 18 } : { fill: grey })));
      foot.forEach((line, i) => svg.append(text(12, above + plot + 16 + 15 * i, line, { "font-size": 11, fill: grey })));
    }
    const g = h("svg:g", { transform: `translate(0 ${above})` });
    svg.append(g);
    if (bars) {
      const room = Math.min(width * 0.4, Math.max(...labels.map((label) => measure(label))) + 20);
      const values = found.points.map(([point]) => point.v), [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
      const x = (value) => room + (width - room - 150) * (value - low) / (high - low || 1);
      labels.forEach((label, i) => {
        const lines = wrap(label, room - 16), [point] = found.points[i], y = 34 * i + 8;
        lines.slice(0, 2).forEach((line, k) => g.append(text(room - 8, y + (lines.length > 1 ? 10 + 14 * k : 16), line, { "text-anchor": "end" })));
        g.append(h("svg:rect", { x: Math.min(x(0), x(point.v)), y, width: Math.abs(x(point.v) - x(0)), height: 22, fill: i ? held.colours.mid : held.colours.accent }));
        g.append(text(Math.max(x(point.v), x(0)) + 6, y + 16, chinese ? `${number(point.v)}%（${pick(spans(point.label))}）` : `${number(point.v)} % (${point.label})`));
      });
      return svg;
    }
    const all = found.points.flatMap((points, i) => [...points, ...found.trends[i]]);
    const ends = all.flatMap((point) => [point.v, point.lo, point.hi]).filter((value) => value != null).map((value) => value * scale);
    let [low, high] = [Math.min(...ends), Math.max(...ends)];
    if (low > 0 && low < high * 0.6) low = 0;
    if (low === high) [low, high] = low < 0 ? [1.2 * low, 0] : [0, 1.2 * high || 1];
    high += (high - low) * 0.05;
    const rows = ticks(low, high, 5), step = rows[1] - rows[0];
    if (low < rows[0]) rows.unshift(rows[0] - step);
    low = Math.min(low, rows[0]);
    if (high - rows[rows.length - 1] > 0.35 * step) rows.push(rows[rows.length - 1] + step);
    high = Math.max(high, rows[rows.length - 1]);
    const tick = (value) => number(value).replace(/[.]?0+$/, (end) => (Number.isInteger(step) && end.startsWith(".") ? "" : end));
    const left = Math.max(...rows.map((value) => measure(tick(value)))) + 10;
    const right = wide ? Math.min(width * 0.32, Math.max(...labels.map((label) => measure(label))) + 26) : 12;
    const years = all.map((point) => point.x), span = [Math.min(...years), Math.max(...years)];
    if (span[0] === span[1]) { span[0] -= 1; span[1] += 1; }
    const x = (year) => left + 8 + (width - left - right - 16) * (year - span[0]) / (span[1] - span[0]);
    const y = (value) => 12 + (plot - 40) * (high - value) / (high - low);
    for (const value of rows) g.append(h("svg:line", { x1: left, x2: width - right, y1: y(value), y2: y(value), stroke: value ? "#E6E6E6" : grey }), text(left - 6, y(value) + 4, tick(value), { "text-anchor": "end", fill: grey }));
    for (const year of ticks(Math.ceil(span[0]), span[1], Math.max(2, (width - left - right) / 70)).filter(Number.isInteger)) g.append(h("svg:line", { x1: x(year), x2: x(year), y1: plot - 28, y2: plot - 24, stroke: grey }), text(x(year), plot - 9, String(year), { "text-anchor": "middle", fill: grey }));
    const places = [];
    found.points.forEach((points, i) => {
      const stroke = colour(i), dash = i < 3 ? null : "5 3", ahead = found.trends[i], line = found.lines[i], target = line.k[2] === "target";
      const path = (run) => run.map((point, k) => `${k ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.v * scale).toFixed(1)}`).join("");
      if (ahead.length) {
        const start = points.findLast(isPoint), rim = (end) => ahead.map((point) => `${x(point.x).toFixed(1)} ${y(Math.min(Math.max(point[end] * scale, low), high)).toFixed(1)}`);
        g.append(h("svg:polygon", { points: [`${x(start.x)} ${y(start.v * scale)}`, ...rim("lo"), ...rim("hi").reverse()].join(" "), fill: i ? pale : tint, opacity: 0.55 }));
        g.append(h("svg:path", { d: path([start, ...ahead]), fill: "none", stroke, "stroke-width": 1.6, "stroke-dasharray": "2 4" }));
      }
      const runs = points.filter((point) => isPoint(point) && !line.d && !target).reduce((runs, point) => {
        const run = runs[runs.length - 1];
        if (run && point.x - run[run.length - 1].x === 1 && !line.b?.includes(point.x)) run.push(point); else runs.push([point]);
        return runs;
      }, []);
      for (const run of runs) g.append(h("svg:path", { d: path(run), fill: "none", stroke, "stroke-width": 2, "stroke-dasharray": dash }));
      for (const point of points) {
        const [px, py] = [x(point.x), y(point.v * scale)];
        if (line.d && (point.lo != null || point.hi != null) && point.lo !== point.hi) {
          const [top, bottom] = [point.hi == null ? 0 : y(point.hi * scale), point.lo == null ? plot - 28 : y(point.lo * scale)];
          g.append(h("svg:rect", { x: px - 5, y: top, width: 10, height: Math.max(1, bottom - top), fill: pale }));
        }
        const up = point.q === "at_least", down = point.q === "at_most";
        if (up || down) g.append(h("svg:path", { d: `M${px} ${py}v${up ? -12 : 12}m-5 0l5 ${up ? -8 : 8}l5 ${up ? 8 : -8}z`, fill: "#fff", stroke, "stroke-width": 1.5 }));
        else if (target || point.q === "target") g.append(h("svg:path", { d: `M${px} ${py - 6}l6 6l-6 6l-6 -6z`, fill: "#fff", stroke, "stroke-width": 1.8 }));
        else g.append(h("svg:circle", { cx: px, cy: py, r: line.d ? 5 : points.length > 40 ? 1.8 : 2.6, fill: stroke }));
      }
      const end = [...points, ...ahead].reduce((one, more) => (more.x >= one.x ? more : one));
      places.push({ i, y: y(end.v * scale), x: x(end.x), from: y(end.v * scale) });
    });
    if (wide) {
      places.sort((one, more) => one.y - more.y);
      const lines = places.map(({ i }) => wrap(labels[i], right - 16));
      places.forEach((place, k) => { if (k) place.y = Math.max(place.y, places[k - 1].y + 15 * lines[k - 1].length + 2); });
      for (let k = places.length - 1, floor = plot - 30; k >= 0; k -= 1) { place_(places[k], floor - 15 * (lines[k].length - 1)); floor = places[k].y - 17; }
      for (const place of places) {
        if (width - right - place.x > 30) g.append(h("svg:line", { x1: place.x + 6, y1: place.from, x2: width - right + 6, y2: place.y, stroke: pale }));
      }
      places.forEach((place, k) => lines[k].forEach((line, row) => g.append(text(width - right + 10, place.y + 4 + 15 * row, line, { fill: place.i % 3 === 2 ? grey : colour(place.i) }))));
    }
    if (!whole) {
      const guide = h("svg:line", { y1: 8, y2: plot - 28, stroke: grey, visibility: "hidden" });
      g.append(guide);
      const stops = [...new Set(all.map((point) => point.x))].sort((one, more) => one - more);
      const point_ = (year) => {
        cursor = year;
        guide.setAttribute("x1", x(year)); guide.setAttribute("x2", x(year)); guide.setAttribute("visibility", "visible");
        readout.replaceChildren(...at(found, labels, year));
      };
      svg.addEventListener("pointermove", (event) => {
        const place = (event.clientX - svg.getBoundingClientRect().left) * width / svg.getBoundingClientRect().width;
        point_(stops.reduce((one, more) => (Math.abs(x(more) - place) < Math.abs(x(one) - place) ? more : one)));
      });
      svg.addEventListener("keydown", (event) => {
        const now = stops.indexOf(cursor), to = { ArrowLeft: Math.max(now - 1, 0), ArrowRight: Math.min(now + 1, stops.length - 1), Home: 0, End: stops.length - 1 }[event.key];
        if (to !== undefined) { event.preventDefault(); point_(stops[to]); }
      });
    }
    return svg;
  }
  const place_ = (place, floor) => { place.y = Math.min(place.y, floor); };
  const readout = h("output", { "aria-live": "polite" });

  // What the marks mean that are no dots.
  function marks(found) {
    const all = found.points.flatMap((points, i) => points.map((point) => (found.lines[i].k[2] === "target" && point.q === "exact" ? "target" : point.q)));
    const used = [["target", T("◇ target")], ["at_least", T("△ at least")], ["at_most", T("▽ at most")]].filter(([mark]) => all.includes(mark));
    return used.length ? h("p", { class: "hint" }, used.map(([, pair]) => pick(pair)).join("   ")) : null;
  }
  function said(point, unit) {
    const form = point.q === "projected" || (isPoint(point) && point.lo == null) ? number : exactly;
    const [value, low, high] = [point.v, point.lo, point.hi].map((end) => (end == null ? null : form(end * factor(unit))));
    if (point.q === "at_least") return t("at least {value}", { value });
    if (point.q === "at_most") return t("at most {value}", { value });
    if (point.q === "target") return t("{value} (target)", { value });
    return low === null || high === null || low === high ? value : t("{value} ({low} to {high})", { value, low, high });
  }
  function at(found, labels, year) {
    const parts = found.points.map((points, i) => [labels[i], [...points, ...found.trends[i]].find((point) => point.x === year)]);
    const tell = ([label, point]) => h("span", {}, label, chinese ? "：" : ": ", point ? said(point, found.unit) : t("no figure"));
    return [h("b", {}, parts.find(([, point]) => point)[1].label), ...parts.map(tell)];
  }
  const ids = (point) => [...new Set([point.s, point.also].flatMap((s) => (typeof s === "number" ? held.cites[s] : s ?? [])))];
  const cite = (sources) => listed(sources.map((id) => held.sources[id] ?? both(id)));
  const sourceLine = (found) => t("Sources: {sources}", { sources: cite(found.points.flatMap((points) => points.flatMap(ids))) });

  async function drawPicture() {
    const turn = ++asked;
    let found;
    try {
      found = answer(choice);
      if (found.ask && host.ask) {
        seen = null; // until the kernel has answered nothing can be taken away
        const reply = await host.ask(choice);
        if (turn !== asked) return;
        if (reply.refused) throw new Refused(reply.refused);
        found.trends = reply.trends;
      } else if (found.ask) throw new Refused(T(LATER));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      seen = null;
      fillIn(above, notice, h("h1", {}, t("No picture")), h("p", { role: "status", class: "refused" }, pick(error.pair)));
      below.replaceChildren();
      return;
    }
    seen = { ...told(found), found, choice, names: named(choice.lines) };
    const say = (point) => [0, 1].map((k) => number(point.v * factor(found.unit, k), k));
    seen.alt = listed(found.points.map((points, i) => {
      const [first, last] = [points[0], points[points.length - 1]];
      const values = { name: seen.names[i], first: say(first), start: first.label, last: say(last), end: spans(last.label) };
      return points.length > 1 ? T("{name}: {first} in {start}, {last} in {end}", values) : T("{name}: {last} in {end}", values);
    }));
    room ||= picture.clientWidth || 700; // asked once: every question of this kind makes the browser lay out the page
    const width = Math.max(300, Math.min(900, room)), labels = seen.names.map(pick);
    cursor = null;
    if (choice.show === "compound") readout.replaceChildren();
    else readout.replaceChildren(t("Point at the picture, or use the arrow keys, for the values."));
    const drawn = chart(found, width, false);
    const legend = width > 560 || choice.show === "compound" ? null : h("ul", { class: "legend" }, ...labels.map((label, i) => h("li", {}, swatch(i), label)));
    fillIn(above,
      notice, h("h1", {}, pick(seen.title)), h("p", { class: "subtitle" }, pick(seen.subtitle)), drawn, legend, readout,
      marks(found), h("p", { class: "sources" }, sourceLine(found)),
      h("p", { class: "take" }, button("SVG", () => save("svg")), button("PNG", () => save("png")), button("CSV", () => save("csv")),
        found.lines.some((line) => line.own) ? null : button(t("Copy code"), (event) => copy(code(), event.target)),
        host.ask ? null : button(t("Copy link"), (event) => copy(location.href, event.target)),
        host.save ? button(t("Save as a figure in mine/"), saveFigure) : null),
    );
    const python = found.lines.some((line) => line.own) ? null
      : h("details", {}, h("summary", {}, t("The same in Python")), h("pre", { tabindex: 0 }, code()));
    afterPaint(below, () => fillIn(below,
      h("details", { open: width > 560 }, h("summary", {}, t("Numbers and sources")), table(found, labels)), statements(), python));
  }
  const notice = h("div", {}); // what is wrong with a table stays until the next choice

  const scrolled = (name, heads, rows, numeric = []) => h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name },
    h("table", {}, h("thead", {}, h("tr", {}, ...heads.map((head, i) => h("th", { scope: "col", class: numeric.includes(i) ? "number" : false }, head)))), h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell, i) => h("td", { class: numeric.includes(i) ? "number" : false }, cell)))))));
  function table(found, labels) {
    const rows = found.points.flatMap((points, i) => [...points, ...found.trends[i]].map((point) => [labels[i], pick(spans(point.label)), said(point, found.unit),
      point.q === "projected" ? t("projected") : pick(vintage(found.vintages[i])), point.q === "projected" ? "" : pick(cite(ids(point)))]));
    return scrolled(t("Numbers and sources"), [t("Line"), t("Year"), pick(unitName(found.unit)), t("State of revision"), t("Source")], rows, [1, 2]);
  }
  function statements() {
    const keys = new Set(choice.lines.map((key) => key.slice(0, 2).join()));
    const rows = held.statements.filter(([one, place]) => keys.has([one, place].join()));
    if (!rows.length) return null;
    const allows = (low, high, unit) => {
      const [lo, hi] = [low, high].map((end) => (end === null ? null : exactly(end * factor(unit))));
      const span = lo === null ? t("at most {value}", { value: hi }) : hi === null ? t("at least {value}", { value: lo }) : lo === hi ? lo : t("{low} to {high}", { low: lo, high: hi });
      return unit === "count" ? span : chinese ? span + pick(unitName(unit)) : `${span} ${pick(unitName(unit))}`;
    };
    return h("details", { open: room > 560 }, h("summary", {}, t("What documents print of it")), scrolled(t("What documents print of it"),
      [t("Date"), t("Print"), t("It allows"), t("Kind"), t("Document"), t("Line of text")],
      rows.map(([, , date, print, line, en, zh, low, high, unit, kind]) => [date, h("span", { lang: "zh-Hans" }, print), allows(low, high, unit), pick(role[kind] ?? both(kind)), pick([en, zh]), line ?? ""])));
  }

  // What is taken away
  // Python that gives the same; a table that was dropped here Python does not know.
  function code() {
    const py = (one) => (one.includes("'") ? JSON.stringify(one) : `'${one}'`);
    const { found, names } = seen, { lines, years, show, model, level, horizon } = seen.choice;
    const rows = ["from helpers import data, growth, trends", "", "shown, ahead = {}, {}"];
    const source = ([one, place, state]) => {
      if (one === "TFP") return `data.pwt(${py(state.slice(4))}${held.own}).query("countrycode == '${held.countries[place]}'").set_index('year')['rtfpna'].dropna()`;
      const parts = state.split("+").map(py);
      return `data.series(${py(one)}, ${py(place)}, ${parts.length > 1 ? `[${parts.join(", ")}]` : parts[0]}${held.own})`;
    };
    lines.forEach((key, i) => {
      const line = found.lines[i], name = `shown[${py(names[i][0])}]`, bounds = Object.keys(line.q ?? {}).filter((year) => !isPoint({ q: line.q[year] }));
      let s = line.d ? `data.statements(${held.own.slice(2)}).query("indicator == ${py(key[0])} and ref_area == ${py(key[1])}")` : source(key);
      const drop = bounds.length ? `.drop([${bounds.join(", ")}], errors='ignore')` : "";
      if (!line.d && years) s += `.loc[${years[0]}:${years[1]}]`;
      if (show !== "level") s += drop;
      if (Object.hasOwn(held.over, show)) s = `growth.ratio(${s}, ${source([held.over[show], key[1], line[show].w.split(" / ")[1]])}, ${py(line[show].u)}, ${line[show].f})`;
      s = { index: `growth.index(${s}, ${found.base})`, growth: `growth.rate(${s})`, compound: `growth.cagr(${s})` }[show] ?? s;
      rows.push(`${name} = ${s}`);
      if (model) {
        const log = ["level", "index"].includes(show) && line.log ? ", log=True" : "";
        rows.push(`ahead[${py(names[i][0])}] = trends.fit(${name}${show === "level" ? drop : ""}${show === "growth" ? ".dropna()" : ""}, ${py(model)}, ${level}${log}).predict(${horizon})`);
      }
    });
    return rows.join("\n");
  }

  function csvText() {
    const { found, names } = seen;
    const cell = (value) => {
      // text that a spreadsheet would take for a formula
      const safe = typeof value === "string" ? value.replace(/^(?=[=+\-@＝＋－＠\s])/, "'") : String(value ?? "");
      return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const rows = found.points.flatMap((points, i) => [...points, ...found.trends[i]].map((point) => [names[i][0], ...seen.choice.lines[i].slice(0, 2), point.label,
      ...[point.v, point.lo, point.hi].map((value) => (value == null ? "" : Number(value.toPrecision(10)))), point.q, held.units[found.unit]?.[3] ?? found.unit, found.vintages[i],
      ids(point).toSorted().join(";")]));
    const heads = ["series", "indicator", "ref_area", "time_period", "obs_value", "low", "high", "qualifier", "unit", "vintage", "source_id"];
    return `\ufeff${[heads, ...rows].map((row) => row.map(cell).join(",")).join("\n")}\n`;
  }

  function give(name, blob) {
    const link = h("a", { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
  async function save(kind) {
    const name = `explore_${seen.choice.show}.${chinese ? "zh" : "en"}`;
    if (kind === "csv") return give(`explore_${seen.choice.show}.csv`, new Blob([csvText()], { type: "text/csv" }));
    const drawn = chart(seen.found, 800, true), source = new XMLSerializer().serializeToString(drawn);
    const svg = new Blob([source], { type: "image/svg+xml" });
    if (kind === "svg") return give(`${name}.svg`, svg);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = h("canvas", { width: image.width * 2, height: image.height * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toBlob((blob) => give(`${name}.png`, blob));
  }
  async function copy(content, told_) {
    const area_ = h("textarea", {}, content);
    box.append(area_);
    area_.select();
    if (!document.execCommand("copy")) await navigator.clipboard.writeText(content);
    area_.remove();
    told_.textContent = t("Copied");
  }
  function saveFigure(event) {
    const state = event.target;
    state.disabled = true;
    state.textContent = t("Drawing six files …");
    host.save(seen.choice, "explored", ({ saved, refused }) => {
      state.disabled = false;
      state.textContent = saved ? t("Saved: {files}", { files: saved }) : pick(refused);
    });
  }

  // A table of one's own: each of its series replaces the one of the same name, or is a new one.
  async function open(file) {
    const { lines, fault } = read(held, await file.text(), file.name);
    if (fault) return notice.replaceChildren(h("p", { class: "fault", role: "alert" }, fault));
    own = lines;
    ({ answer, why, known } = answers(held, own));
    return choose({ lines: [own[0].k], show: "level", years: null, model: null });
  }
  if (!host.ask) {
    box.addEventListener("dragover", (event) => event.preventDefault());
    box.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]); });
    const first = choice;
    recall();
    addEventListener("popstate", () => { choice = first; recall(); draw(); });
  }
  draw();
  document.fonts.load('13px "Explorer Sans"', "中").then(drawPicture); // labels are measured in the font they are drawn in
  new ResizeObserver(([entry]) => {
    if (Math.round(entry.contentRect.width) === Math.round(room)) return;
    room = entry.contentRect.width;
    drawPicture();
  }).observe(picture);
  return { choose, get seen() { return seen; }, csvText, code, language(zh) { chinese = zh; draw(); } };
}

// A CSV as lines, or the first fault in it; of a cell, in the words of `helpers.data`.
export function read(held, content, name) {
  const rows = [];
  let row = [""], quoted = false;
  const text = content.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i];
    if (quoted) { if (c === '"' && text[i + 1] === '"') { row[row.length - 1] += '"'; i += 1; } else if (c === '"') quoted = false; else row[row.length - 1] += c; }
    else if (c === '"') quoted = true;
    else if (c === ",") row.push("");
    else if (c === "\n") { rows.push(row); row = [""]; }
    else row[row.length - 1] += c;
  }
  if (row.length > 1 || row[0]) rows.push(row);
  if (quoted) rows.length = 0; // nothing closes the quotation
  const fault = (expected, at, column, value) => ({ fault: [[name, at && `row ${at}`, column && `column ${column}`].filter(Boolean).join(", "), `${value === undefined ? "" : `'${value}': `}${expected}`].join(": ") });
  const fields = held.fields, head = rows[0] ?? [];
  if (!rows.length) return fault("a header and rows; the file is empty");
  const wanted = fields.map((field) => field.name);
  for (const column of wanted) if (!head.includes(column)) return fault(`the columns ${wanted.join(", ")}; this one is missing`, 1, column);
  for (const column of head) if (!wanted.includes(column) || head.filter((one) => one === column).length > 1) return fault(`the columns ${wanted.join(", ")}, each once`, 1, null, column);
  const kinds = { integer: [/^-?(0|[1-9]\d*)$/, "a whole number"], number: [/^-?(0|[1-9]\d{0,14})(\.\d{1,15})?$/, "a number such as 2049.60"], year: [/^\d{4}$/, "a year of four digits"] };
  const lines = new Map();
  for (let at = 1; at < rows.length; at += 1) {
    const cells = rows[at];
    if (cells.length === 1 && !cells[0]) continue;
    if (cells.length !== head.length) return fault(`${head.length} cells, as in the header; there are ${cells.length}`, at + 1);
    for (const field of fields) {
      const value = cells[head.indexOf(field.name)], rules = field.constraints ?? {};
      if (!value) { if (rules.required) return fault(`a value is required (${field.description})`, at + 1, field.name, value); continue; }
      const wrong = value !== value.trim() ? `'${value.trim()}' without blanks before or after it`
        : kinds[field.type] && !kinds[field.type][0].test(value) ? `should be ${kinds[field.type][1]}`
          : rules.enum && !rules.enum.includes(value) ? `should be one of ${rules.enum.join(", ")}`
            : rules.pattern && !new RegExp(`^(?:${rules.pattern})$`).test(value) ? `should look like ${rules.pattern} (${field.description})`
              : rules.minimum !== undefined && Number(value) < rules.minimum ? `should be at least ${rules.minimum}`
                : rules.maximum !== undefined && Number(value) > rules.maximum ? `should be at most ${rules.maximum}` : null;
      if (wrong) return fault(wrong, at + 1, field.name, value);
    }
    const get = (column) => cells[head.indexOf(column)];
    const key = [get("indicator"), get("ref_area"), get("vintage")];
    if (!Object.hasOwn(held.indicators, key[0])) return fault("unknown; should be listed in indicators.csv", at + 1, "indicator", key[0]);
    if (!Object.hasOwn(held.areas, key[1])) return fault("unknown; should be listed in areas.csv", at + 1, "ref_area", key[1]);
    const line = lines.get(key.join()) ?? { k: key, u: get("unit"), y: [], v: [], s: [], q: {}, no: {}, t: {}, own: true };
    lines.set(key.join(), line);
    line.y.push(Number(get("time_period"))); line.v.push(Number(get("obs_value"))); line.s.push(get("source_id"));
    if (line.u !== get("unit")) return fault(`one unit a series, ${line.u} as above`, at + 1, "unit", get("unit"));
    if (line.y.slice(0, -1).includes(Number(get("time_period")))) return fault("one row a year", at + 1, "time_period", get("time_period"));
    if (get("qualifier") !== "exact") line.q[get("time_period")] = get("qualifier");
  }
  if (!lines.size) return fault("a header and rows; there is only the header");
  const T = texts(held);
  const later = T("Of a table of one's own this page shows levels; JupyterLab the rest.");
  for (const line of lines.values()) {
    const order = line.y.map((_, i) => i).sort((one, more) => line.y[one] - line.y[more]);
    for (const column of ["y", "v", "s"]) line[column] = order.map((i) => line[column][i]);
    for (const show of ["index", "growth", "compound", ...Object.keys(held.over)]) line.no[show] = later;
  }
  return { lines: [...lines.values()] };
}

const font = (held) => `@font-face { font-family: "Explorer Sans"; src: url(data:font/woff;base64,${held.font}) format("woff"); }`;

const css = (held) => `
.explorer { --ink: ${held.colours.ink}; --grey: ${held.colours.grey}; --accent: ${held.colours.accent}; color-scheme: light;
  font: 15px/1.45 "Explorer Sans", "Noto Sans SC", system-ui, sans-serif; color: var(--ink); background: #fff; padding: 16px;
  display: grid; grid-template-columns: minmax(250px, 320px) minmax(0, 1fr); gap: 24px; max-width: 1280px; margin: auto; box-sizing: border-box; contain: layout style; }
.explorer * { box-sizing: border-box; }
.explorer h1 { font-size: 20px; line-height: 1.25; margin: 0 0 4px; font-weight: 600; }
.explorer h2 { font-size: 15px; margin: 18px 0 6px; font-weight: 600; }
.explorer small, .explorer .subtitle, .explorer .sources, .explorer .hint, .explorer label > span { color: var(--grey); }
.explorer small, .explorer .sources, .explorer .hint { font-size: 13px; font-weight: normal; }
.explorer p { margin: 4px 0; }
.explorer ul { list-style: none; margin: 0; padding: 0; }
.explorer li { display: flex; gap: 8px; align-items: baseline; margin: 4px 0; }
.explorer li > span { flex: 1; }
.explorer label { display: block; margin: 6px 0; }
.explorer label > span { display: block; font-size: 13px; }
.explorer select, .explorer input { width: 100%; font: inherit; padding: 4px 6px; border: 1px solid var(--grey); border-radius: 4px; background: #fff; color: var(--ink); }
.explorer button { font: inherit; font-size: 14px; padding: 4px 10px; border: 1px solid var(--grey); border-radius: 4px; background: #fff; color: var(--ink); cursor: pointer; margin: 2px 4px 2px 0; }
.explorer button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
.explorer button:disabled { color: var(--grey); cursor: default; }
.explorer .questions button { display: block; width: 100%; text-align: left; }
.explorer :focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
.explorer .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
.explorer .swatch { flex: 0 0 22px; align-self: center; }
.explorer svg { display: block; max-width: 100%; height: auto; margin: 8px 0; }
.explorer output { display: flex; flex-wrap: wrap; gap: 2px 14px; min-height: 24px; font-size: 14px; }
.explorer .controls details, .explorer .picture details { content-visibility: auto; contain-intrinsic-size: auto 200px; }
.explorer .scroll { overflow: auto; max-height: 320px; margin: 6px 0; }
.explorer table { border-collapse: collapse; font-size: 14px; width: 100%; }
.explorer th { text-align: left; position: sticky; top: 0; background: #fff; border-bottom: 1px solid var(--grey); }
.explorer th, .explorer td { padding: 3px 10px 3px 0; vertical-align: top; }
.explorer .number { text-align: right; white-space: nowrap; }
.explorer td { border-bottom: 1px solid #e6e6e6; }
.explorer pre { overflow: auto; background: #f6f6f6; padding: 10px; font-size: 13px; }
.explorer .controls summary { font-weight: 600; }
.explorer summary { cursor: pointer; margin: 8px 0 4px; }
.explorer .refused, .explorer .fault { border-left: 4px solid var(--accent); padding: 8px 12px; background: #f3f7fb; }
.explorer .drop { border: 1px dashed var(--grey); border-radius: 4px; padding: 6px 8px; cursor: pointer; }
.explorer .drop:focus-within { outline: 3px solid var(--accent); }
.explorer .drop input { position: absolute; opacity: 0; width: 1px; height: 1px; }
.explorer td { min-width: 4em; }
.explorer textarea { position: absolute; left: -999px; }
@media (max-width: 760px) { .explorer { grid-template-columns: minmax(0, 1fr); padding: 12px; } .explorer .picture { order: -1; } }
`;
