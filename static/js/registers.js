/* A form marked data-company-url or data-address-url is completed from public registers; by hand it works as well. */
(() => {
  "use strict";

  const ask = async (form, url, data) => {
    const body = new URLSearchParams({ ...data, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    try {
      const answer = await fetch(url, { method: "POST", body });
      return answer.ok ? await answer.json() : {};
    } catch {
      return {};
    }
  };

  // What a person typed is hers: only what is empty is filled in.
  const fill = (form, values, force) => {
    Object.entries(values).forEach(([name, value]) => {
      const field = form.elements[name];
      if (!field || !value || (field.value && !force && !field.dataset.completed)) return;
      if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) return;
      field.value = value;
      field.dataset.completed = "1";
    });
  };

  const say = (form, what) => {
    form.querySelectorAll("[data-register-says]").forEach((line) => {
      line.hidden = line.dataset.registerSays !== what;
    });
  };

  const completeCompany = (form) => {
    const field = form.elements.siret;
    field.addEventListener("change", async () => {
      say(form, "");
      if (field.value.replace(/\D/g, "").length < 9) return;
      const { company } = await ask(form, form.dataset.companyUrl, { number: field.value });
      if (!company) return;
      fill(form, { siret: company.siret }, true);
      fill(form, { company: company.name, ...company.place });
      if (form.elements.legal_form && company.legal_form) fill(form, { legal_form: company.legal_form }, true);
      say(form, company.is_open ? "found" : "closed");
    });
  };

  const completeAddress = (form) => {
    const field = form.elements.street;
    const list = document.createElement("datalist");
    list.id = "places";
    form.append(list);
    field.setAttribute("list", list.id);
    let places = [];
    let timer = 0;
    const suggest = async () => {
      ({ places = [] } = await ask(form, form.dataset.addressUrl, { text: field.value }));
      list.replaceChildren(...places.map((place) => new Option("", place.label)));
    };
    field.addEventListener("input", () => {
      const chosen = places.find((place) => place.label === field.value);
      clearTimeout(timer);
      if (chosen) fill(form, chosen, true);
      else {
        if (form.elements.commune) form.elements.commune.value = "";
        timer = setTimeout(suggest, 250);
      }
    });
  };

  document.querySelectorAll("form[data-company-url]").forEach(completeCompany);
  document.querySelectorAll("form[data-address-url]").forEach(completeAddress);
})();
