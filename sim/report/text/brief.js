"use strict";
// The part of the brief in which readers choose. It draws from the JSON of the page and asks for
// nothing; without it the page holds every number all the same.
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const chosen = {
    arms: new Set(data.arms.map((arm) => arm.name)),
    group: data.groups[0].name,
    account: data.accounts[0].name,
    week: 52,
  };
  const SVG = "http://www.w3.org/2000/svg";
  const DASHES = ["", "7 3", "2 2", "8 3 2 3", "12 4"];
  const at = (id) => document.getElementById(id);

  function make(parent, name, attributes, text) {
    const svg = parent.namespaceURI === SVG || name === "svg";
    const element = svg ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.append(element);
    return element;
  }

  function shownArms() {
    return data.arms.map((arm, place) => ({ ...arm, place })).filter((a) => chosen.arms.has(a.name));
  }

  function heading(row, arm) {
    const cell = make(row, "th", { scope: "row" });
    make(cell, "span", { class: `key a${arm.place % 5}`, "aria-hidden": "true" }, "■ ");
    cell.append(arm.title);
    return cell;
  }

  function number(row, cell, verdict) {
    const box = make(row, "td", {}, cell.text);
    if (cell.span) make(box, "small", {}, cell.span);
    if (verdict) make(box, "small", {}, verdict);
  }

  function head(table, names) {
    const row = make(make(table, "thead"), "tr");
    for (const name of names) make(row, "th", { scope: "col" }, name);
    return make(table, "tbody");
  }

  // A line an arm: where it lies on a common axis, and its number with the interval.
  function intervals(place, cells, caption) {
    const host = at(place);
    host.replaceChildren();
    const rows = shownArms().filter((arm) => cells[arm.name] && arm.place > 0);
    const known = rows.map((arm) => cells[arm.name]).filter((cell) => cell.value !== null);
    if (!known.length) return void make(host, "p", { class: "note" }, words.nothing);
    const ends = known.flatMap((cell) => [cell.value, cell.low, cell.high]).filter((x) => x !== null);
    const low = Math.min(0, ...ends), high = Math.max(0, ...ends);
    const pad = 0.06 * (high - low || 1);
    const x = (value) => 200 * (value - low + pad) / (high - low + 2 * pad);
    const table = make(host, "table", { class: "plot" });
    make(table, "caption", {}, caption);
    const body = head(table, [words.regime, "", words.interval]);
    for (const arm of rows) {
      const cell = cells[arm.name], row = make(body, "tr");
      heading(row, arm);
      const svg = make(make(row, "td", { class: "bar" }), "svg",
        { viewBox: "0 0 200 24", "aria-hidden": "true", class: `a${arm.place % 5}` });
      make(svg, "title", {}, `${arm.title}: ${cell.text} ${cell.span && `(${cell.span})`}`);
      make(svg, "rect", { x: 0, y: 0, width: 200, height: 24, class: "catch" });
      make(svg, "line", { x1: x(0), x2: x(0), y1: 0, y2: 24, class: "zero" });
      if (cell.value !== null) {
        if (cell.low !== null)
          make(svg, "line", { x1: x(cell.low), x2: x(cell.high), y1: 12, y2: 12, class: "span" });
        make(svg, "circle", { cx: x(cell.value), cy: 12, r: 4.5, class: "point" });
      }
      number(row, cell, cell.verdict);
    }
  }

  const share = (value) =>
    value === null ? "–" : `${(100 * value).toLocaleString(data.locale,
      { minimumFractionDigits: 1, maximumFractionDigits: 1 })} %`;

  function curves() {
    const host = at("curves"), own = data.survival[chosen.group];
    host.replaceChildren();
    const rows = shownArms().filter((arm) => own[arm.name]);
    if (!rows.length) return void make(host, "p", { class: "note" }, words.nothing);
    const wide = Math.max(280, Math.min(host.clientWidth || 640, 760)), tall = 260;
    const left = 46, right = wide - 12, top = 8, bottom = tall - 34;
    const last = Math.max(1, ...rows.map((arm) => own[arm.name].weeks.at(-1)));
    const x = (week) => left + (right - left) * week / last;
    const y = (value) => bottom - (bottom - top) * value;
    const svg = make(host, "svg", { viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall,
      "aria-hidden": "true" });
    for (const value of [0, 0.25, 0.5, 0.75, 1]) {
      make(svg, "line", { x1: left, x2: right, y1: y(value), y2: y(value), class: "grid" });
      make(svg, "text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, `${100 * value} %`);
    }
    for (let week = 0; week <= last; week += last > 60 ? 26 : 13)
      make(svg, "text", { x: x(week), y: bottom + 15, "text-anchor": "middle" }, week);
    make(svg, "text", { x: (left + right) / 2, y: tall - 4, "text-anchor": "middle" }, words.weeks_axis);
    for (const arm of rows) {
      const curve = own[arm.name];
      const points = curve.weeks.map((week, i) => `${x(week).toFixed(1)},${y(curve.share[i]).toFixed(1)}`);
      make(svg, "polyline", { points: points.join(" "), class: `curve a${arm.place % 5}`,
        "stroke-dasharray": DASHES[(arm.place + Math.floor(arm.place / 5)) % 5] });
    }
    const mark = make(svg, "line", { y1: top, y2: bottom, class: "mark" });
    const cover = make(svg, "rect", { x: left, y: top, width: right - left, height: bottom - top,
      class: "catch" });
    const slider = at("week");
    slider.max = last;
    chosen.week = Math.min(chosen.week, last);
    cover.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect();
      const inside = (event.clientX - box.left) * wide / box.width;
      pick(Math.round(Math.min(1, Math.max(0, (inside - left) / (right - left))) * last));
    });

    function pick(week) {
      chosen.week = week;
      slider.value = week;
      slider.setAttribute("aria-valuetext", `${words.week} ${week}`);
      at("week-shown").textContent = `${words.week} ${week}`;
      mark.setAttribute("x1", x(week));
      mark.setAttribute("x2", x(week));
      const table = at("at-week");
      table.replaceChildren();
      make(table, "caption", {}, `${words.survival}, ${words.week.toLowerCase()} ${week}`);
      const body = head(table, [words.regime, words.survival, words.interval]);
      for (const arm of rows) {
        const curve = own[arm.name], i = curve.weeks.indexOf(week);
        if (i < 0) continue;
        const row = make(body, "tr");
        heading(row, arm);
        make(row, "td", {}, share(curve.share[i]));
        make(row, "td", {}, curve.low[i] === null ? "–" : `${share(curve.low[i])} – ${share(curve.high[i])}`);
      }
    }
    slider.oninput = () => pick(Number(slider.value));
    pick(chosen.week);
  }

  function outcomes() {
    const table = at("outcomes"), lines = data.table[chosen.group];
    table.replaceChildren();
    make(table, "caption", {}, words.outcomes);
    const body = head(table, [words.regime, ...lines.map((line) => line.name)]);
    for (const arm of shownArms()) {
      const row = make(body, "tr");
      heading(row, arm);
      for (const line of lines) number(row, line.cells[arm.name]);
    }
  }

  function columns() {
    for (const cell of document.querySelectorAll("[data-arm]"))
      cell.hidden = !chosen.arms.has(data.arms[Number(cell.dataset.arm)].name);
  }

  function show() {
    const group = data.groups.find((one) => one.name === chosen.group);
    const account = data.accounts.find((one) => one.name === chosen.account);
    const base = `${words.against} ${data.arms[0].title}`;
    intervals("days", data.days[chosen.group], `${words.days}, ${group.title}, ${base}`);
    intervals("money", data.money[chosen.group][chosen.account],
      `${words.money}, ${account.title}, ${group.title}, ${base}`);
    curves();
    outcomes();
    columns();
  }

  function choices(id, entries) {
    for (const one of entries) make(at(id), "option", { value: one.name }, one.title);
    at(id).addEventListener("change", (event) => {
      chosen[id] = event.target.value;
      show();
    });
  }

  for (const [place, arm] of data.arms.entries()) {
    const label = make(at("arms"), "label");
    const box = make(label, "input", { type: "checkbox", name: "arm", value: arm.name });
    box.checked = true;
    make(label, "span", { class: `key a${place % 5}`, "aria-hidden": "true" }, "■");
    label.append(` ${arm.title}`);
    if (place === 0) {
      box.disabled = true;
      label.append(` (${words.baseline})`);
    }
    box.addEventListener("change", () => {
      if (box.checked) chosen.arms.add(arm.name);
      else chosen.arms.delete(arm.name);
      show();
    });
  }
  choices("group", data.groups);
  choices("account", data.accounts);

  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  at("theme").addEventListener("click", () => {
    const now = document.documentElement.dataset.theme || (dark.matches ? "dark" : "light");
    document.documentElement.dataset.theme = now === "dark" ? "light" : "dark";
  });
  for (const element of document.querySelectorAll(".by-script")) element.hidden = false;
  let wide = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth !== wide) curves();
    wide = window.innerWidth;
  });
  show();
})();
