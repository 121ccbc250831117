// One stanza from expat's events; see stanza_builder.h.

#include "xmpp/stanza_builder.h"

#include <algorithm>
#include <array>
#include <utility>

namespace xmpp {

namespace {

constexpr std::size_t head_value_bytes = 4096;  // [RFC 7622 §3.1] an address has at most 3071
constexpr std::string_view xml_namespace = "http://www.w3.org/XML/1998/namespace";
constexpr std::string_view xmlns_namespace = "http://www.w3.org/2000/xmlns/";

struct Name {
    std::string_view prefix, local;
    bool has_colon = false;
    explicit Name(std::string_view raw) : local(raw) {
        const auto colon = raw.find(':');
        if (colon == raw.npos) return;
        has_colon = true;
        prefix = raw.substr(0, colon);
        local = raw.substr(colon + 1);
    }
    /// Whether the local part can be a name of its own (Namespaces in XML, §4). After a colon expat accepts every
    /// character of a name (a:b:c, a:4x, a:). Letters beyond ASCII are not told apart there.
    bool is_local_name() const {
        if (!has_colon) return true;
        const char first = local.empty() ? '\0' : local.front();
        const bool begins = (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_';
        return begins && local.find(':') == local.npos;
    }
};

/// The prefix that an attribute declares ("" for xmlns itself), if it is a declaration.
std::optional<std::string_view> declared(std::string_view name) {
    if (name == "xmlns") return "";
    if (name.starts_with("xmlns:")) return name.substr(6);
    return std::nullopt;
}

bool belongs_to_head(const std::string& name) {
    static const std::array<std::string, 5> names{"id", "from", "to", "type", "xml:lang"};
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void Scope::open(const char** attributes) {
    ++depth_;
    for (; *attributes; attributes += 2)
        if (const auto prefix = declared(attributes[0]))
            bindings_.push_back({std::string(*prefix), attributes[1], depth_});
}

void Scope::close() {
    while (!bindings_.empty() && bindings_.back().depth == depth_) bindings_.pop_back();
    --depth_;
}

std::string_view Scope::find(std::string_view prefix) const {
    if (prefix == "xml") return xml_namespace;
    for (auto it = bindings_.rbegin(); it != bindings_.rend(); ++it)
        if (it->prefix == prefix)
            return it->uri == xmlns_namespace ? "" : std::string_view(it->uri);  // must not be bound
    return "";
}

StanzaBuilder::StanzaBuilder(const Limits& limits, Scope scope) : limits_(limits), scope_(std::move(scope)) {}

void StanzaBuilder::open(std::string_view name, const char** attributes) {
    flush();
    ++depth_;
    ++elements_;
    if (why_.empty()) check(attributes);
    if (!why_.empty()) {
        if (!root_) root_ = element(name, attributes, true);
        return;
    }
    Stanza tag = element(name, attributes, false);
    Tag* const raw = tag.get();
    if (top_)
        top_->addChild(tag.release());
    else
        root_ = std::move(tag);
    top_ = raw;
    if (size_ > limits_.stanza_bytes) give_up("more than " + std::to_string(limits_.stanza_bytes) + " bytes");
}

void StanzaBuilder::text(std::string_view piece) {
    if (why_.empty()) text_ += piece;
}

void StanzaBuilder::close() {
    flush();
    --depth_;
    if (!why_.empty()) return;
    scope_.close();
    namespaces_.pop_back();
    top_ = top_->parent();
}

void StanzaBuilder::charge(std::size_t bytes) {
    if (why_.empty() && bytes > limits_.stanza_bytes)
        give_up("more than " + std::to_string(limits_.stanza_bytes) + " bytes");
}

void StanzaBuilder::check(const char** attributes) {
    if (depth_ > limits_.depth)
        return give_up("more than " + std::to_string(limits_.depth) + " elements in each other");
    if (elements_ > limits_.elements) return give_up("more than " + std::to_string(limits_.elements) + " elements");
    std::size_t count = 0;
    while (attributes[2 * count]) ++count;
    if (count > limits_.attributes) give_up("more than " + std::to_string(limits_.attributes) + " attributes");
}

/// An element without children; `head_only`: only with the attributes that an answer to its sender needs.
Stanza StanzaBuilder::element(std::string_view raw_name, const char** attributes, bool head_only) {
    static const std::string content = content_namespace;
    scope_.open(attributes);
    const Name name(raw_name);
    const std::string_view uri = scope_.find(name.prefix);
    const std::string& outer = namespaces_.empty() ? content : namespaces_.back();
    std::string own = is_content_namespace(uri) ? content : std::string(uri);
    std::string full(name.local);
    if (!name.is_local_name()) {
        std::replace(full.begin(), full.end(), ':', '_');
        full = "_" + full;
    }
    if (uri == xml_namespace) {  // must not be the default namespace: stays a prefix
        full = "xml:" + full;
        own = outer;
    }
    auto tag = std::make_unique<Tag>(full);
    size_ += full.size();
    if (own != outer) {
        tag->addAttribute(new Tag::Attribute("xmlns", own));  // setXmlns would drop an empty one
        size_ += own.size();
    }
    namespaces_.push_back(std::move(own));
    for (; *attributes; attributes += 2)
        if (!declared(attributes[0])) add_attribute(*tag, attributes[0], attributes[1], head_only);
    return tag;
}

void StanzaBuilder::add_attribute(Tag& tag, std::string_view raw_name, const std::string& value, bool head_only) {
    const Name name(raw_name);
    std::string full(raw_name);
    if (full.find(':') != full.npos) {
        const std::string_view uri = name.prefix.empty() ? "" : scope_.find(name.prefix);
        if (uri.empty() || !name.is_local_name()) return;
        if (uri == xml_namespace) {
            full = "xml:" + std::string(name.local);
        } else if (!head_only) {
            size_ += uri.size() + name.prefix.size();
            tag.setXmlns(std::string(uri), std::string(name.prefix));
        }
    }
    if (head_only && !(belongs_to_head(full) && value.size() <= head_value_bytes)) return;
    size_ += full.size() + value.size();
    tag.addAttribute(new Tag::Attribute(full, value));
}

void StanzaBuilder::flush() {
    if (text_.empty() || !top_) return;
    size_ += text_.size();
    top_->addCData(text_);
    text_.clear();
}

void StanzaBuilder::give_up(std::string why) {
    why_ = std::move(why);
    top_ = nullptr;
    text_.clear();
    if (!root_) return;
    auto head = std::make_unique<Tag>(root_->name());
    if (root_->hasAttribute("xmlns")) head->setXmlns(root_->findAttribute("xmlns"));
    for (const auto* attribute : root_->attributes())
        if (belongs_to_head(attribute->name()) && attribute->value().size() <= head_value_bytes)
            head->addAttribute(new Tag::Attribute(attribute->name(), attribute->value()));
    root_ = std::move(head);
}

}  // namespace xmpp
