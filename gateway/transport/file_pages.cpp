// See file_pages.h.

#include "gateway/transport/file_pages.h"

#include <string>
#include <utility>

#include "gateway/transport/file_link.h"

namespace gateway {
namespace {

using coi::net::awaitable;

class FileContent : public HttpContent {
  public:
    FileContent(FileFolder& folder, std::shared_ptr<OpenFile> file, std::uint64_t offset)
        : folder_(folder), file_(std::move(file)), offset_(offset) {}

    awaitable<coi::Result<std::string>> read(std::size_t most) override {
        auto bytes = co_await folder_.read(file_, offset_, most);
        if (bytes) offset_ += bytes->size();
        co_return bytes;
    }

  private:
    FileFolder& folder_;
    std::shared_ptr<OpenFile> file_;
    std::uint64_t offset_;
};

}  // namespace

awaitable<HttpAnswer> FilePages::answer(HttpRequest request) {
    const auto link = file_link::in_target(request.target, path_);
    auto found = link ? co_await folder_.open(*link) : std::nullopt;
    if (!found) co_return HttpAnswer::text(404, "There is no such file, or it has expired.");
    const auto [asked, range] = file_link::range(request.range, found->size);
    const std::string type = file_link::served_type(link->name);
    // Browsers play in a page of their own, which has to load the file, and which a sandbox would stop.
    const bool is_played = type.starts_with("audio/") || type.starts_with("video/");
    HttpAnswer answer;
    answer.headers = {
        {"Content-Type", type},
        {"Content-Disposition", file_link::disposition(link->name)},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy", is_played ? "default-src 'none'; media-src 'self'" : "default-src 'none'; sandbox"},
        {"Referrer-Policy", "no-referrer"},
        {"Cache-Control", "private, max-age=86400"},
        {"Accept-Ranges", "bytes"}};
    const std::string size = std::to_string(found->size);
    if (asked == file_link::Asked::nothing) {  // [RFC 9110 §15.5.17]
        answer = HttpAnswer::text(416, "The file has nothing there.");
        answer.headers.emplace_back("Content-Range", "bytes */" + size);
        co_return answer;
    }
    if (asked == file_link::Asked::part) {
        answer.status = 206;
        answer.headers.emplace_back("Content-Range", "bytes " + std::to_string(range.first) + "-" +
                                                         std::to_string(range.first + range.size - 1) + "/" + size);
    }
    answer.length = range.size;
    answer.content = std::make_unique<FileContent>(folder_, std::move(found->file), range.first);
    co_return answer;
}

}  // namespace gateway
