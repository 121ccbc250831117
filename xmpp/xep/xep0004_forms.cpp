// Data forms [XEP-0004 §3]; see xep0004_forms.h.

#include "xmpp/xep/xep0004_forms.h"

namespace xmpp::xep0004 {
namespace {

constexpr std::size_t most_fields = 100;

void add_field(Tag& form, const Field& field) {
    Tag& element = add(form, "field");
    element.addAttribute("var", field.var);
    element.addAttribute("type", field.type);
    element.addAttribute("label", clean(field.label));
    if (!field.description.empty()) add(element, "desc", {}, field.description);
    if (field.required) add(element, "required");
    if (field.media) xep0221::add_media(element, *field.media);
    if (!field.value.empty()) add(element, "value", {}, field.value);
    for (const auto& option : field.options) {
        Tag& choice = add(element, "option");
        choice.addAttribute("label", clean(option.label));
        add(choice, "value", {}, option.value);
    }
}

}  // namespace

void add_form(Tag& parent, const Form& form) {
    Tag& element = add(parent, "x", ns);
    element.addAttribute("type", form.type);
    if (!form.title.empty()) add(element, "title", {}, form.title);
    if (!form.instructions.empty()) add(element, "instructions", {}, form.instructions);
    if (!form.form_type.empty()) add_field(element, {"FORM_TYPE", "hidden", "", form.form_type});
    for (const auto& field : form.fields) add_field(element, field);
}

std::optional<std::map<std::string, std::string>> submitted(const Tag& parent) {
    const Tag* form = child(parent, "x", ns);
    if (!form || attribute(*form, "type") != "submit") return std::nullopt;
    std::map<std::string, std::string> values;
    for (const Tag* field : form->children()) {
        if (field->name() != "field" || values.size() >= most_fields) continue;
        const Tag* value = field->findChild("value");
        values.emplace(attribute(*field, "var"), value ? value->cdata() : "");
    }
    return values;
}

bool cancelled(const Tag& parent) {
    const Tag* form = child(parent, "x", ns);
    return form && attribute(*form, "type") == "cancel";
}

bool is_true(const std::string& value) { return value == "1" || value == "true"; }

}  // namespace xmpp::xep0004
