"use strict";
// Sorts, filters and turns the pages of the table. Words are only ever set as text.
(() => {
  const $ = (id) => document.getElementById(id);
  const all = JSON.parse($("data").textContent);
  const table = $("calls");
  const body = $("table-rows");
  const base = table.dataset.base;
  const atOnce = Number(table.dataset.atOnce);
  const svg = "http://www.w3.org/2000/svg";
  let by = "weight";
  let down = true;
  let first = 0;
  let shown = all;

  for (const row of all) {
    row.search = [row.id, row.agent, row.queue, row.issues, row.gravest, row.began].join("\n").toLowerCase();
  }

  const signed = (tenths) => (tenths === null ? "–" : `${tenths < 0 ? "−" : "+"}${(Math.abs(tenths) / 10).toFixed(1)}`);
  const mood = (heat) => (heat === null ? "" : heat >= 72 ? "heated" : heat >= 40 ? "tense" : "calm");

  function make(name, text, className) {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  }

  function link(row, text, at) {
    if (!row.link) return document.createTextNode(text);
    const element = make("a", text);
    element.href = `${base}/${row.link}${at ? `#t=${at}` : ""}`;
    return element;
  }

  function spark(course) {
    const picture = document.createElementNS(svg, "svg");
    const attributes = { class: "spark", width: 60, height: 20, viewBox: "0 0 30 10", preserveAspectRatio: "none", "aria-hidden": "true" };
    for (const [name, value] of Object.entries(attributes)) picture.setAttribute(name, value);
    const path = document.createElementNS(svg, "path");
    path.setAttribute("d", [...course].map((d, i) => (d >= "0" && d <= "9" ? `M${i}.5 10v-${Number(d) + 1}` : "")).join(""));
    picture.append(path);
    return picture;
  }

  function rowOf(row) {
    const tr = make("tr");
    const cell = (className, ...parts) => {
      const td = make("td", undefined, className);
      td.append(...parts);
      tr.append(td);
    };
    const moments = row.moments
      ? [make("span", row.moments, "number"), " ", link(row, row.clock, row.seek), ` ${row.gravest}`]
      : [];
    cell("", ...moments);
    cell("", link(row, row.id), ...(row.partial ? [" ", make("span", "cut short", "soft")] : []));
    cell("", row.began);
    cell("", row.agent);
    cell("", row.queue);
    cell("number", row.length);
    const heat = row.heat === null ? "–" : (row.heat / 100).toFixed(2);
    cell("heat-cell", spark(row.course), ` ${heat} `, make("span", mood(row.heat), "soft"));
    cell("number", signed(row.words));
    cell("number", row.cut_in === null ? "–" : String(row.cut_in));
    cell("number", `${row.silence} %`);
    cell("", row.issues);
    return tr;
  }

  function draw() {
    body.replaceChildren(...shown.slice(first, first + atOnce).map(rowOf));
    $("count").textContent = shown.length === all.length ? `${all.length} calls` : `${shown.length} of ${all.length} calls`;
    const last = Math.min(first + atOnce, shown.length);
    $("where").textContent = shown.length ? `${first + 1} to ${last} of ${shown.length}` : "No call is like that.";
    $("earlier").disabled = first === 0;
    $("later").disabled = last >= shown.length;
  }

  // What is not known comes last, either way.
  const unknown = (value) => value === null || value === "";
  function compare(a, b) {
    const [x, y] = [a[by], b[by]];
    if (unknown(x) || unknown(y)) return unknown(x) - unknown(y);
    const order = typeof x === "number" ? x - y : x < y ? -1 : x > y ? 1 : 0;
    return down ? -order : order;
  }

  function choose() {
    const words = $("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [agent, queue, marked] = [$("agent").value, $("queue").value, $("with-moments").checked];
    shown = all.filter((row) =>
      (!agent || row.agent === agent) && (!queue || row.queue === queue) && (!marked || row.moments > 0)
      && words.every((word) => row.search.includes(word)));
    shown.sort(compare);
    first = 0;
    draw();
  }

  for (const head of table.querySelectorAll("th[data-by]")) {
    const button = make("button", head.textContent);
    button.type = "button";
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const numbers = ["weight", "secs", "heat", "words", "cut_in", "silence", "began"];
      down = by === head.dataset.by ? !down : numbers.includes(head.dataset.by);
      by = head.dataset.by;
      for (const other of table.querySelectorAll("th[data-by]")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      choose();
    });
  }
  for (const name of ["agent", "queue"]) {
    const values = [...new Set(all.map((row) => row[name]))].filter(Boolean).sort();
    for (const value of values) {
      const option = make("option", value);
      option.value = value;
      $(name).append(option);
    }
    $(name).addEventListener("change", choose);
  }
  $("text").addEventListener("input", choose);
  $("with-moments").addEventListener("change", choose);
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  const turn = (by) => {
    first = Math.max(0, first + by);
    draw();
    table.scrollIntoView({ block: "start" });
  };
  $("earlier").addEventListener("click", () => turn(-atOnce));
  $("later").addEventListener("click", () => turn(atOnce));
  for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;
  draw();
})();
