#include <fmt/format.h>

#include <charconv>
#include <fstream>

#include "harness/sandbox/api/errors.hpp"
#include "harness/sandbox/api/streams.hpp"

namespace pgdrill::sandbox {
namespace {

// A kubelet is told of each line by inotify: whoever follows sees it at once.
constexpr auto poll_interval = std::chrono::milliseconds(5);
constexpr std::size_t piece = std::size_t{256} << 10U;

// The position from which the last `count` lines are read.
std::size_t tail_position(std::string const& text, std::int64_t count) {
  if (count <= 0) return text.size();
  std::size_t at = text.size();
  if (at > 0 && text[at - 1] == '\n') --at;
  while (at > 0 && count > 0) {
    std::size_t const newline = text.rfind('\n', at - 1);
    if (newline == std::string::npos) return 0;
    if (--count == 0) return newline + 1;
    at = newline;
  }
  return at;
}

std::string read_from(std::filesystem::path const& path, std::size_t position, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(position));
  std::string text(limit, '\0');
  file.read(text.data(), static_cast<std::streamsize>(limit));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  return text;
}

std::string read_whole(std::filesystem::path const& path) {
  std::error_code problem;
  auto const size = std::filesystem::file_size(path, problem);
  return problem ? std::string() : read_from(path, 0, size);
}

Task<> follow(Containers& containers, net::HttpServer& http, ApiRequest const& request,
              std::filesystem::path path, std::size_t position) {
  std::string const container = request.parameter("container");
  while (true) {
    // Asked before the read, so that what an ending container wrote last is not missed.
    bool const running = containers.container_running(request.ns, request.name, container);
    std::error_code problem;
    bool const more = std::filesystem::file_size(path, problem) > position && !problem;
    std::string text = more ? read_from(path, position, piece) : std::string();
    position += text.size();
    if (!text.empty()) {
      auto const sent = co_await http.send_chunk(std::move(text));
      if (!sent) co_return;
    } else if (!running) {
      break;
    } else {
      co_await sleep_for(poll_interval);
    }
  }
  (void)co_await http.end_chunks();
}

Result<std::filesystem::path> file_of(Containers& containers, ApiRequest const& request) {
  return containers.log_file(request.ns, request.name, request.parameter("container"),
                             request.parameter_is_true("previous"));
}

// Where the wanted part of a log begins.
Result<std::size_t> start_of(ApiRequest const& request, std::string const& text) {
  std::string const tail = request.parameter("tailLines");
  if (tail.empty()) return 0;
  long long lines = 0;
  auto const parsed = std::from_chars(tail.data(), tail.data() + tail.size(), lines);
  if (parsed.ec != std::errc() || parsed.ptr != tail.data() + tail.size()) {
    return fail(bad_request_error(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", tail)));
  }
  return tail_position(text, lines);
}

net::HttpResponse log_head() { return {.status = 200, .headers = {{"Content-Type", "text/plain"}}}; }

}  // namespace

net::HttpResponse answer_log(Containers& containers, ApiRequest const& request) {
  auto const path = file_of(containers, request);
  if (!path) return error_response(path.error(), &request);
  auto const start = start_of(request, read_whole(*path));
  if (!start) return error_response(start.error(), &request);
  net::HttpResponse head = log_head();
  head.body = read_whole(*path).substr(*start);
  return head;
}

Task<> follow_log(Containers& containers, net::HttpServer& http, ApiRequest const& request) {
  auto const path = file_of(containers, request);
  auto const start = path ? start_of(request, read_whole(*path)) : Result<std::size_t>(0);
  if (!path || !start) {
    (void)co_await http.respond(last_response(path ? start.error() : path.error(), &request));
    co_return;
  }
  net::HttpResponse head = log_head();
  head.headers.emplace_back("Connection", "close");  // as serve_request takes no other after a stream
  auto const started = co_await http.start_chunks(std::move(head));
  if (started) co_await follow(containers, http, request, *path, *start);
}

}  // namespace pgdrill::sandbox
