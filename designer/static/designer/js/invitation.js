// The key stands behind # in the link: it is taken out of the address and sent in by the form.
const form = document.querySelector("[data-invitation]");
const key = location.hash.slice(1);
if (form && key) {
  history.replaceState(null, "", location.pathname);
  form.elements.key.value = key;
  form.requestSubmit();
}
