// Data forms [XEP-0004 §3]; see xep0004_forms.h.

#include "xmpp/xep/xep0004_forms.h"

namespace xmpp::xep0004 {
namespace {

constexpr std::size_t most_fields = 100;
constexpr std::size_t most_lines = 1000;

/// Each line of a text is a value of its own [§3.3 text-multi].
std::string joined_values(const Tag& field) {
    std::string joined;
    std::size_t lines = 0;
    for (const Tag* value : field.children()) {
        if (value->name() != "value" || lines == most_lines) continue;
        joined += (lines++ > 0 ? "\n" : "") + value->cdata();
    }
    return joined;
}

void add_values(Tag& element, const Field& field) {
    std::string_view rest = field.value;
    for (auto end = rest.find('\n'); field.type == "text-multi" && end != rest.npos; end = rest.find('\n')) {
        add(element, "value", {}, std::string(rest.substr(0, end)));
        rest.remove_prefix(end + 1);
    }
    add(element, "value", {}, std::string(rest));
}

void add_field(Tag& form, const Field& field) {
    Tag& element = add(form, "field");
    element.addAttribute("var", field.var);
    element.addAttribute("type", field.type);
    element.addAttribute("label", clean(field.label));
    if (!field.description.empty()) add(element, "desc", {}, field.description);
    if (field.required) add(element, "required");
    if (field.media) xep0221::add_media(element, *field.media);
    if (!field.value.empty()) add_values(element, field);
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
        values.emplace(attribute(*field, "var"), joined_values(*field));
    }
    return values;
}

bool cancelled(const Tag& parent) {
    const Tag* form = child(parent, "x", ns);
    return form && attribute(*form, "type") == "cancel";
}

bool is_true(const std::string& value) { return value == "1" || value == "true"; }

}  // namespace xmpp::xep0004
