// What pages gain with a script: filters that apply at once, sorting and narrowing without a reload, evidence that opens
// in place, and a keyboard. Everything also works without.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Filters: a changed choice is applied at once; empty fields stay out of the address.
  for (const form of all("form[data-filters]")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    });
    form.addEventListener("change", (event) => {
      if (event.target.tagName !== "SELECT") return;
      if (event.target.name === "county") { const township = form.elements.township; if (township) township.value = ""; }
      if (event.target.name === "prefecture" && form.elements.county) form.elements.county.value = "";
      form.requestSubmit();
    });
  }
  addEventListener("pageshow", () => { for (const field of all("form[data-filters] :disabled")) field.disabled = false; });

  // On a phone what is less urgent is folded away; without this script it is open.
  if (matchMedia("(max-width: 720px)").matches) {
    for (const part of document.querySelectorAll("details[data-fold]")) if (!part.matches(":target, :has(:target)")) part.open = false;
  }

  // Printing at one click; without this script the browser's own menu does it.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // Narrowing: typing hides the rows that do not match; Enter asks the server, which also finds what is on other pages.
  const table = one("table[data-rows]");
  const rows = () => all("table[data-rows] tbody > tr:not(.detail)").filter((row) => !row.hidden && row.offsetParent);
  const quick = one("[data-quick]");
  if (quick && table && table.matches("[data-sortable]")) {
    quick.addEventListener("input", () => {
      const typed = quick.value.trim().toLowerCase();
      let shown = 0;
      for (const row of all("tbody > tr", table)) {
        const name = one(".name", row);
        row.hidden = typed !== "" && !name.textContent.toLowerCase().includes(typed) && !name.dataset.v.startsWith(typed);
        if (!row.hidden) shown++;
      }
      const none = one("[data-none]");
      if (none) none.hidden = shown > 0;
    });
  }

  // Sorting in place, where every row is on the page; the address follows, so a link to it means the same.
  if (table && table.matches("[data-sortable]")) {
    const heads = all("thead th", table);
    table.tHead.addEventListener("click", (event) => {
      const link = event.target.closest("th[aria-sort] a");
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const head = link.closest("th"), column = heads.indexOf(head);
      const address = new URL(link.href), down = address.searchParams.get("dir") === "desc";
      const lights = { red: 0, yellow: 1, green: 2, grey: 3 };
      const value = (row) => {
        const text = row.cells[column].dataset.v;
        if (text === undefined || text === "") return null;
        if (text in lights) return lights[text];
        return Number(text);
      };
      const body = table.tBodies[0];
      const sorted = [...body.rows].map((row) => [value(row), row]);
      sorted.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null); // without a value: always last
        return down ? b - a : a - b;
      });
      body.append(...sorted.map(([, row]) => row));
      for (const other of heads) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      history.replaceState(null, "", address);
      const next = new URL(address);
      next.searchParams.set("dir", down ? "asc" : "desc");
      link.href = next.search;
    });
  }

  // Evidence opens below its row.
  const toggle = (link) => {
    const detail = document.getElementById(link.dataset.toggle);
    detail.hidden = !detail.hidden;
    link.setAttribute("aria-expanded", String(!detail.hidden));
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-toggle]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      toggle(link);
      return;
    }
    // A click anywhere on a row follows its link; text that is being selected stays selected.
    const row = event.target.closest("tr[data-href]");
    if (row && !event.target.closest("a, button, summary") && !String(getSelection())) location.href = row.dataset.href;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target.matches("a[data-toggle]")) { event.preventDefault(); toggle(event.target); }
  });

  // Keyboard.
  const keys = document.getElementById("keys");
  const help = one("[data-keys]");
  if (help) { help.hidden = false; help.addEventListener("click", () => keys.showModal()); }
  let here = null, waiting = "";
  const move = (step) => {
    const list = rows();
    if (!list.length) return;
    const at = list.indexOf(here);
    here?.classList.remove("here");
    here = list[at < 0 ? (step > 0 ? 0 : list.length - 1) : Math.max(0, Math.min(list.length - 1, at + step))];
    here.classList.add("here");
    one("a", here)?.focus({ preventScroll: true });
    here.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "Escape" && field) { field.blur(); return; }
    if (field || keys.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const go = (selector) => one(selector)?.click();
    if (waiting === "g") {
      waiting = "";
      const target = { o: "/overview", r: "/ranking", w: "/warnings", c: "/cases", d: "/quality" }[event.key];
      if (target) location.href = target;
      return;
    }
    switch (event.key) {
      case "/": event.preventDefault(); one("[data-hotkey='/']").focus(); break;
      case "j": move(1); break;
      case "k": move(-1); break;
      case "o": if (here) location.href = here.dataset.href; break;
      case "Enter": if (here && !event.target.closest("a, button, summary")) location.href = here.dataset.href; break;
      case "e": { const link = here && one("a[data-toggle]", here); if (link) toggle(link); break; }
      case "g": waiting = "g"; setTimeout(() => { waiting = ""; }, 1200); break;
      case "[": go("a[rel=prev]"); break;
      case "]": go("a[rel=next]"); break;
      case "l": go("a.lang"); break;
      case "?": keys.showModal(); break;
    }
  });
})();
