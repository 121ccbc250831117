// The scanner after DATA: one pass, whole lines at once.
//
// [RFC 5321 §4.5.2]. Left out on purpose: any repair of line ends.

#include "coi/net/lmtp_data.h"

namespace coi::net {

void LmtpData::keep(std::string_view bytes) {
    size_ += bytes.size();
    if (size_ <= most_) {
        mail_ += bytes;
    } else {
        mail_ = {};
    }
}

/// Inside a line: consumes up to its end, or all there is. Lines are found by their LF and copied whole.
std::size_t LmtpData::take_text(std::string_view bytes) {
    const std::size_t lf = bytes.find('\n');
    const std::string_view line = bytes.substr(0, lf);
    const std::size_t cr = line.find('\r');
    if (lf == std::string_view::npos) {
        if (cr == std::string_view::npos) {
            keep(line);
        } else if (cr + 1 == line.size()) {
            keep(line.substr(0, cr));
            at_ = At::cr;
        } else {
            status_ = Status::broken;
        }
        return bytes.size();
    }
    if (cr == std::string_view::npos || cr + 1 != lf) {
        status_ = Status::broken;
        return bytes.size();
    }
    keep(bytes.substr(0, lf + 1));
    at_ = At::line_start;
    return lf + 1;
}

std::size_t LmtpData::take(std::string_view bytes) {
    std::size_t i = 0;
    while (i < bytes.size() && status_ == Status::more) {
        const char c = bytes[i];
        switch (at_) {
            case At::line_start:
                if (c == '.') ++i;
                at_ = c == '.' ? At::dot : At::text;
                break;
            case At::dot:  // the first dot of a line is removed [RFC 5321 §4.5.2]
                if (c == '\r') ++i;
                at_ = c == '\r' ? At::dot_cr : At::text;
                break;
            case At::dot_cr:
                ++i;
                status_ = c == '\n' ? Status::done : Status::broken;
                break;
            case At::text:
                i += take_text(bytes.substr(i));
                break;
            case At::cr:
                ++i;
                if (c == '\n') {
                    keep("\r\n");
                    at_ = At::line_start;
                } else {
                    status_ = Status::broken;
                }
                break;
        }
    }
    return i;
}

bool has_strict_lines(std::string_view mail) {
    for (std::size_t at = mail.find_first_of("\r\n"); at != std::string_view::npos;
         at = mail.find_first_of("\r\n", at + 2)) {
        if (mail.substr(at, 2) != "\r\n") return false;
    }
    return true;
}

}  // namespace coi::net
