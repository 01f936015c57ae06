// What a page can do with a script; without one it shows all there is.

// Parts with an anchor that begin above the text in sight, or at its top.
const begun = () => [...document.querySelectorAll("main [id]:not(svg, svg *, fieldset)")].filter((part) => {
  const { top, height } = part.getBoundingClientRect();
  return height && top < document.querySelector("header").offsetHeight + 45;
});

// All code of a page at once.
const code = document.getElementById("code");
if (code) {
  const cells = [...document.querySelectorAll("details.code")], words = [code.textContent, code.dataset.hide];
  const name = () => { code.textContent = words[Number(cells.every((cell) => cell.open))]; };
  code.hidden = !cells.length;
  code.onclick = () => {
    const open = !cells.every((cell) => cell.open), [at] = begun().slice(-1), before = at?.getBoundingClientRect().top;
    for (const cell of cells) cell.open = open;
    if (at) scrollBy(0, at.getBoundingClientRect().top - before); // what is read stays where it is
    name();
  };
  for (const cell of cells) cell.ontoggle = name;
}

// Findings by verdict.
const verdicts = document.getElementById("verdicts");
if (verdicts) {
  const boxes = [...verdicts.querySelectorAll("input")], told = verdicts.querySelector("output");
  const findings = [...document.querySelectorAll(".findings .finding")];
  verdicts.hidden = false;
  const choose = () => {
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    for (const one of findings) one.hidden = !wanted.some((kind) => one.classList.contains(kind));
    for (const part of document.querySelectorAll(".findings")) part.hidden = !part.querySelector(".finding:not([hidden])");
    const shown = findings.filter((one) => !one.hidden).length;
    told.textContent = verdicts.dataset.shown.replace("{shown}", shown).replace("{all}", findings.length);
  };
  verdicts.onchange = choose;
  addEventListener("pageshow", choose); // a browser that comes back to the page keeps its boxes
}

// What is wider than its place can be reached with the keys.
const reach = new ResizeObserver((seen) => {
  for (const { target } of seen) if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute("tabindex");
});
for (const wide of document.querySelectorAll(".table, pre")) reach.observe(wide);

// The same paragraph in the other language.
const other = document.querySelector("header .language");
other.addEventListener("click", () => { if (scrollY > 0 && begun().length) other.hash = begun().at(-1).id; });
