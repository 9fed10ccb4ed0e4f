// Small behaviours of every page; each page also works without them.
"use strict";
(() => {
  const each = (root, selector, work) => root.querySelectorAll(selector).forEach(work);
  const interactive = "a, button, input, select, textarea, label, summary, details";

  // A row opens by a click anywhere on it; its first cell holds the real link for the keyboard.
  document.addEventListener("click", (event) => {
    const row = event.target.closest("tr[data-href]");
    if (!row || event.target.closest(interactive) || String(window.getSelection())) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.href, "_blank", "noopener");
    else window.location.assign(row.dataset.href);
  });

  // <details class="gy-confirm"> becomes a button with a modal dialogue.
  const makeDialogue = (details, number) => {
    const panel = details.querySelector(".gy-confirm-panel");
    const summary = details.querySelector("summary");
    if (!window.HTMLDialogElement || !panel) return;
    const button = document.createElement("button");
    const dialogue = document.createElement("dialog");
    const heading = panel.querySelector("h2");
    button.type = "button";
    button.className = summary.className;
    button.setAttribute("aria-haspopup", "dialog");
    button.append(...summary.childNodes);
    dialogue.className = "gy-dialog gy-confirm-panel";
    heading.id = `dialogue-${Date.now()}-${number}`;
    dialogue.setAttribute("aria-labelledby", heading.id);
    dialogue.append(...panel.childNodes);
    each(dialogue, "[data-close]", (close) => {
      close.hidden = false;
      close.addEventListener("click", () => dialogue.close());
    });
    dialogue.addEventListener("click", (event) => {
      if (event.target === dialogue) dialogue.close();
    });
    button.addEventListener("click", () => {
      dialogue.showModal();
      const first = dialogue.querySelector("textarea, select, input:not([type=hidden]), [data-close]");
      if (first) first.focus();
    });
    details.replaceWith(button, dialogue);
  };

  const copyWithSelection = (text) => {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "visually-hidden";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  };

  // navigator.clipboard exists only on https; an intranet may not have it.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    if (navigator.clipboard) await navigator.clipboard.writeText(button.dataset.copy);
    else copyWithSelection(button.dataset.copy);
    const word = button.querySelector("span") || button;
    const before = word.textContent;
    if (before === document.body.dataset.copied) return;
    word.setAttribute("role", "status");
    word.textContent = document.body.dataset.copied;
    window.setTimeout(() => { word.textContent = before; }, 1600);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const input = document.getElementById(button.dataset.reveal);
    const shown = input.type === "text";
    const word = button.textContent;
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = button.dataset.hide;
    button.dataset.hide = word;
  });

  // A second click on a submit button does nothing; the server guards against it as well.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    delete form.dataset.changed;
    each(form, "[type=submit]", (button) => button.setAttribute("aria-disabled", "true"));
  });
  window.addEventListener("pageshow", () => each(document, "form[data-sent]", (form) => {
    delete form.dataset.sent;
    each(form, "[type=submit]", (button) => button.removeAttribute("aria-disabled"));
  }));

  // Leaving a changed form asks first.
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    // What is not sent with the form, such as a fold, changes nothing of it.
    if (form && event.target.name && event.target.form === form) form.dataset.changed = "1";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
  });

  // Filters: a choice by pointer is sent at once; by keyboard it waits for Enter, so that arrows can be used.
  let byKeyboard = false;
  document.addEventListener("keydown", () => { byKeyboard = true; }, true);
  document.addEventListener("pointerdown", () => { byKeyboard = false; }, true);
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.matches("select") && !byKeyboard) form.requestSubmit();
  });
  // Empty filters and an untouched column choice stay out of the address.
  document.addEventListener("formdata", (event) => {
    const form = event.target;
    if (form.method !== "get") return;
    const data = event.formData;
    new Set(data.keys()).forEach((name) => {
      const kept = data.getAll(name).filter((value) => value !== "");
      data.delete(name);
      kept.forEach((value) => data.append(name, value));
    });
    const boxes = [...form.querySelectorAll("input[type=checkbox][name=columns]")];
    const untouched = boxes.length && boxes.every((box) => box.checked === box.defaultChecked);
    if (untouched && !new URLSearchParams(window.location.search).has("columns")) data.delete("columns");
  });

  // Open menus close on Escape and on a click elsewhere; the drawer closes on Escape.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    each(document, ".gy-menu[open]", (menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
    if (window.location.hash === "#navigation") {
      window.location.hash = "main";
      document.querySelector(".gy-menu-open").focus();
    }
  });
  document.addEventListener("click", (event) => each(document, ".gy-menu[open]", (menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));

  // A table that fits its box lets its head stick to the window; a wider one scrolls inside the box.
  const fit = (box) => {
    box.classList.remove("gy-fits", "gy-wide");
    const wide = box.scrollWidth > box.clientWidth + 1;
    box.classList.add(wide ? "gy-wide" : "gy-fits");
    if (wide) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", box.dataset.label || document.title);
    } else ["tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
  };
  let waiting = 0;
  window.addEventListener("resize", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => each(document, "[data-fit]", fit), 120);
  });

  // Paper shows what is folded away.
  window.addEventListener("beforeprint", () => each(document, ".gy-unfold:not([open]), .gy-act-changes:not([open])", (part) => {
    part.open = true;
    part.dataset.printed = "1";
  }));
  window.addEventListener("afterprint", () => each(document, "[data-printed]", (part) => {
    part.open = false;
    delete part.dataset.printed;
  }));

  // The field picker writes at the cursor of the condition that was edited last, or of the one chosen beside it.
  let edited = null;
  const condition = () => {
    const place = document.querySelector("[data-place]");
    return (edited && document.contains(edited) && edited) || (place && document.getElementsByName(place.value)[0]);
  };
  const write = (area, text) => {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  document.addEventListener("focusin", (event) => {
    if (!event.target.matches("[data-condition]")) return;
    edited = event.target;
    const place = document.querySelector("select[data-place]");
    if (place) place.value = edited.name;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("select[data-place]")) edited = document.getElementsByName(event.target.value)[0];
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert], [data-join]");
    const area = button && condition();
    if (!area) return;
    event.preventDefault();
    // Where nobody has set the caret it stands at 0: a new piece then follows what is there.
    if (document.activeElement !== area && area.selectionStart === 0) area.setSelectionRange(area.value.length, area.value.length);
    const before = area.value.slice(0, area.selectionStart);
    const stands = before.trim() && !/(&&|\|\||[!(,])\s*$/.test(before);
    const sign = button.dataset.join;
    if (sign) write(area, sign === "&&" || sign === "||" ? ` ${sign} ` : sign);
    else write(area, `${stands ? " && " : ""}${document.getElementById(button.dataset.insert).textContent}`);
  });

  const searchable = (select) => {
    if (!window.TomSelect || select.tomselect) return;
    const none = document.createElement("div");
    none.className = "no-results";
    none.textContent = document.body.dataset.noResults;
    select.setAttribute("aria-hidden", "true");
    new window.TomSelect(select, { maxOptions: 200, refreshThrottle: 0, render: { no_results: () => none.cloneNode(true) } });
  };

  const start = (root) => {
    each(root, "details.gy-confirm", makeDialogue);
    each(root, "[data-reveal]", (button) => { button.hidden = false; });
    each(root, "[data-script]", (part) => { part.hidden = false; });
    each(root, "select[data-searchable]", searchable);
    each(root, "[data-fit]", fit);
    each(root, ".gy-tabs [aria-current]", (tab) => { tab.closest(".gy-tabs").scrollLeft = tab.offsetLeft - 60; });
  };
  start(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) start(event.target);
  });
})();
