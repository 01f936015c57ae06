// What a page can do with a script; without one it shows all there is.

// All code of a page at once.
const code = document.getElementById("code");
if (code) {
  const cells = [...document.querySelectorAll("details.code")], words = [code.textContent, code.dataset.hide];
  const name = () => { code.textContent = words[Number(cells.every((cell) => cell.open))]; };
  code.hidden = !cells.length;
  code.onclick = () => { const open = !cells.every((cell) => cell.open); for (const cell of cells) cell.open = open; name(); };
  for (const cell of cells) cell.ontoggle = name;
}

// Findings by verdict.
const verdicts = document.getElementById("verdicts");
if (verdicts) {
  const boxes = [...verdicts.querySelectorAll("input")], told = verdicts.querySelector("output");
  const findings = [...document.querySelectorAll(".findings .finding")];
  verdicts.hidden = false;
  verdicts.onchange = () => {
    const wanted = boxes.filter((box) => box.checked).map((box) => box.value);
    for (const one of findings) one.hidden = !wanted.some((kind) => one.classList.contains(kind));
    for (const part of document.querySelectorAll(".findings")) part.hidden = !part.querySelector(".finding:not([hidden])");
    const shown = findings.filter((one) => !one.hidden).length;
    told.textContent = verdicts.dataset.shown.replace("{shown}", shown).replace("{all}", findings.length);
  };
}

// The same paragraph in the other language: the last one that begins above the top of the window, or at it.
const other = document.querySelector("header .language");
other.addEventListener("click", () => {
  const begun = [...document.querySelectorAll("main [id]:not(svg [id])")].filter((part) => part.getBoundingClientRect().top < 40);
  if (scrollY > 0 && begun.length) other.hash = begun.at(-1).id;
});
