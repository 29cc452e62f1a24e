// The page is whole without this: it sorts the tables and finds students.
"use strict";
const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });

function value(row, column, numbers) {
  const cell = row.cells[column];
  if (!numbers) return cell.textContent.trim();
  return cell.dataset.sort === "" ? null : Number(cell.dataset.sort);
}

// What has no value stands last, whichever way.
function compare(one, other, way) {
  if (one === null || other === null) return (one === null) - (other === null);
  return way * (typeof one === "number" ? one - other : collator.compare(one, other));
}

function sort(table, heading) {
  const numbers = "numbers" in heading.dataset;
  const up = heading.getAttribute("aria-sort") !== "ascending";
  const body = table.tBodies[0];
  const column = heading.cellIndex;
  const rows = [...body.rows].map((row) => [value(row, column, numbers), row]);
  rows.sort(([one], [other]) => compare(one, other, up ? 1 : -1));
  body.append(...rows.map(([, row]) => row));
  for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.querySelectorAll("thead th")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, heading));
    heading.append(button);
  }
}

const text = document.getElementById("text");
const choice = document.getElementById("choice");
const shown = document.getElementById("shown");

// So that nunez finds Núñez.
function plain(words) {
  return words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const students = [...document.getElementById("class").tBodies[0].rows].map((row) => ({
  row,
  words: plain(row.textContent),
  tags: new Set(row.dataset.tags.split(" ")),
}));

function filter() {
  const wanted = plain(text.value).split(/\s+/).filter(Boolean);
  let count = 0;
  for (const { row, words, tags } of students) {
    const fits = (!choice.value || tags.has(choice.value)) && wanted.every((word) => words.includes(word));
    row.hidden = !fits;
    count += fits;
  }
  shown.textContent = shown.dataset.text.replace("{shown}", count).replace("{all}", students.length);
}

function show(tag) {
  text.value = "";
  choice.value = tag;
  filter();
}

text.addEventListener("input", filter);
choice.addEventListener("change", filter);
document.getElementById("clear").addEventListener("click", () => show(""));
document.querySelector(".controls").hidden = false;

for (const count of document.querySelectorAll("[data-tag]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = count.textContent;
  button.setAttribute("aria-label", count.dataset.label);
  button.addEventListener("click", () => {
    show(count.dataset.tag);
    choice.focus();
  });
  count.replaceWith(button);
}
filter();
