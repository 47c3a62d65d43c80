"use strict";
// The page is whole without this: here are the search, links into closed
// parts, and requests to this very server.
(() => {
  const operations = [...document.querySelectorAll("details.operation")];
  const find = document.getElementById("find");
  const token = document.getElementById("token");
  document.querySelector(".tools").hidden = false;

  find.addEventListener("input", () => {
    const want = find.value.trim().toLowerCase();
    for (const o of operations) o.hidden = !o.textContent.toLowerCase().includes(want);
  });

  const openTarget = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === "DETAILS") target.open = true;
  };
  addEventListener("hashchange", openTarget);
  openTarget();

  const element = (name, properties, ...children) => {
    const e = Object.assign(document.createElement(name), properties);
    e.append(...children);
    return e;
  };

  const tryForm = (operation) => {
    const { method, path, media } = operation.dataset;
    const where = element("input", { value: path, size: 60, spellcheck: false });
    const body = element("textarea", { value: media === "application/json" ? "{}" : "", spellcheck: false });
    const answer = element("pre", { hidden: true });
    const send = element("button", { textContent: "Send" });
    send.addEventListener("click", async () => {
      const headers = {};
      if (token.value) headers.Authorization = "Bearer " + token.value.trim();
      if (media) headers["Content-Type"] = media;
      answer.hidden = false;
      answer.textContent = "…";
      const base = location.pathname.replace(/\/docs$/, "");
      try {
        const r = await fetch(base + where.value, { method, headers, body: media ? body.value : undefined, credentials: "omit" });
        const text = await r.text();
        let shown = text;
        try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* it is no JSON */ }
        answer.textContent = r.status + " " + r.statusText + "\n\n" + shown;
      } catch (e) {
        answer.textContent = String(e);
      }
    });
    const form = element("div", { className: "try" }, element("label", {}, method + " ", where));
    if (media) form.append(element("label", {}, media, body));
    form.append(send, answer);
    return form;
  };

  for (const o of operations) {
    o.addEventListener("toggle", () => {
      if (o.open && !o.querySelector(".try")) o.append(tryForm(o));
    });
  }
})();
