// The terminal gets the keyboard when the screen is painted: its process would not hear of it earlier.
new MutationObserver((_changes, observer) => {
  if (document.body.classList.contains("-first-byte")) {
    observer.disconnect();
    document.querySelector("#terminal textarea").focus();
  }
}).observe(document.body, { attributeFilter: ["class"] });
