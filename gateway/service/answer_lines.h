// Joins the lines of an answer.

#pragma once

#include <string>
#include <utility>

namespace gateway {

class AnswerLines {
  public:
    void add(const std::string& line) { text_ += (text_.empty() ? "" : "\n") + line; }
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

}  // namespace gateway
