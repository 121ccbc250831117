// Data forms: named fields, and their submitted values.
//
// [XEP-0004 §3]. gloox's DataForm is not used: it sorts a list's options by their label. Left out: multi-item results,
// lists with several choices.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0221_media.h"

namespace xmpp::xep0004 {

inline constexpr const char* ns = "jabber:x:data";

struct Field {
    std::string var, type, label, value;
    bool required = false;
    struct Option {
        std::string label, value;
    };
    std::vector<Option> options{};
    std::string description{};
    std::optional<xep0221::Media> media{};  // shown beside the label
};

struct Form {
    std::string type = "form";  // form | result
    std::string form_type{};    // [XEP-0068] "" for none
    std::string title{}, instructions{};
    std::vector<Field> fields{};
};

void add_form(Tag& parent, const Form&);

/// The submitted values by field, with the lines of a text joined by LF; nullopt if there is no form of type submit. At
/// most 100 fields are read, and 1,000 lines of each.
std::optional<std::map<std::string, std::string>> submitted(const Tag& parent);
/// True if the form was returned with type cancel.
bool cancelled(const Tag& parent);

/// A boolean field's value [XEP-0004 §3.3].
bool is_true(const std::string& value);

}  // namespace xmpp::xep0004
