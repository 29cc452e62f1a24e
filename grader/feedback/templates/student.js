// The page is whole without this: it shows the buttons that copy, and opens what a link leads to.
"use strict";
const status = document.getElementById("status");
function select(code) {
  const range = document.createRange();
  range.selectNodeContents(code);
  const selection = window.getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}
for (const button of document.querySelectorAll("button.copy")) {
  const code = button.parentElement.querySelector("code");
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    let done = button.dataset.done;
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      select(code);
      done = document.execCommand("copy") ? done : button.dataset.failed;
    }
    button.textContent = done;
    status.textContent = done;
    setTimeout(() => {
      button.textContent = label;
      status.textContent = "";
    }, 2000);
  });
}
