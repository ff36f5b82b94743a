for (const box of document.querySelectorAll(".table")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy table";
  button.addEventListener("click", () => {
    getSelection().selectAllChildren(box.querySelector("table"));
    document.execCommand("copy");
    getSelection().removeAllRanges();
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy table"; }, 1500);
  });
  box.append(button);
}
