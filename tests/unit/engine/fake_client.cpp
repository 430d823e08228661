#include "tests/unit/engine/fake_client.hpp"

#include <algorithm>

#include "harness/base/text.hpp"
#include "harness/engine/context.hpp"

namespace pgdrill::engine {

namespace {

Error not_found(std::string const& text) {
  return {.kind = ErrorKind::not_found, .what = text + " not found", .code = "NotFound", .status = 404};
}
Error conflict(std::string const& text) {
  return {.kind = ErrorKind::conflict, .what = text + " conflicts", .code = "Conflict", .status = 409};
}
tl::unexpected<Error> not_faked(std::string what) {
  return fail({.kind = ErrorKind::internal, .what = what + " is not faked"});
}

void merge(json::value& into, json::value const& patch) {
  if (!patch.is_object()) {
    into = patch;
    return;
  }
  if (!into.is_object()) into.emplace_object();
  for (auto const& field : patch.get_object()) {
    if (field.value().is_null()) {
      into.get_object().erase(field.key());
    } else {
      merge(into.get_object()[field.key()], field.value());
    }
  }
}

bool matches(json::value const& object, std::string const& selector) {
  std::vector<std::string> const wanted = split(selector, ',');
  return std::all_of(wanted.begin(), wanted.end(), [&object](std::string const& one) {
    std::size_t const equals = one.find('=');
    return equals == std::string::npos ||
           kube::label_of(object, one.substr(0, equals)) == one.substr(equals + 1);
  });
}

/// Reports what is there, then nothing more for ever.
class FakeWatch final : public kube::Watch {
 public:
  explicit FakeWatch(std::vector<json::value> objects) : objects_(std::move(objects)) {}
  Task<Result<kube::WatchEvent>> next() override {
    if (next_ < objects_.size()) {
      co_return kube::WatchEvent{.type = kube::WatchEvent::Type::added, .object = objects_[next_++]};
    }
    if (next_++ == objects_.size()) {
      co_return kube::WatchEvent{.type = kube::WatchEvent::Type::bookmark, .object = {}};
    }
    co_await sleep_for(std::chrono::hours(1));
    co_return not_faked("a second hour of watching");
  }

 private:
  std::vector<json::value> objects_;
  std::size_t next_ = 0;
};

}  // namespace

void FakeClient::put(kube::ObjectRef const& ref, kube::Object object) {
  set(object, "metadata.name", json::value(ref.name));
  store(ref, std::move(object));
}

json::value const* FakeClient::object(kube::ObjectRef const& ref) const {
  auto const found = objects_.find(ref.text());
  return found == objects_.end() ? nullptr : &found->second;
}

json::value FakeClient::store(kube::ObjectRef const& ref, kube::Object object) {
  ++version_;
  set(object, "metadata.resourceVersion", json::value(std::to_string(version_)));
  if (get_string(json::value(object), "metadata.uid").empty()) {
    set(object, "metadata.uid", json::value("uid-" + std::to_string(version_)));
  }
  // Like the API server, which leaves empty maps of the metadata out.
  for (std::string_view const map : {"annotations", "labels"}) {
    json::object& metadata = object["metadata"].as_object();
    auto const found = metadata.find(map);
    if (found != metadata.end() && found->value().is_object() && found->value().get_object().empty()) {
      metadata.erase(found);
    }
  }
  json::value stored(std::move(object));
  objects_[ref.text()] = stored;
  return stored;
}

std::optional<Error> FakeClient::refusal(std::string const& verb, kube::ObjectRef const& ref, bool writes) {
  std::string const call = verb + " " + ref.text();
  if (writes) calls.push_back(call);
  return intercept ? intercept(call) : std::nullopt;
}

Task<Result<json::value>> FakeClient::get(kube::ObjectRef ref) {
  if (auto const error = refusal("get", ref, false)) co_return fail(*error);
  json::value const* const found = object(ref);
  if (found == nullptr) co_return fail(not_found(ref.text()));
  co_return *found;
}

Task<Result<kube::ObjectList>> FakeClient::list(kube::ResourceType type, std::string ns,
                                                kube::ListOptions options) {
  kube::ObjectList all;
  std::string const prefix = kube::ObjectRef{type, ns, ""}.text();
  for (auto const& [name, value] : objects_) {
    if (name.starts_with(prefix) && matches(value, options.label_selector)) all.items.push_back(value);
  }
  co_return all;
}

Task<Result<json::value>> FakeClient::create(kube::ResourceType type, std::string ns, kube::Object object) {
  kube::ObjectRef const ref{type, ns, get_string(json::value(object), "metadata.name")};
  if (auto const error = refusal("create", ref, true)) co_return fail(*error);
  if (type.plural == "selfsubjectaccessreviews") {
    json::value const* const attributes = find(object, "spec.resourceAttributes");
    set(object, "status.allowed", json::value(attributes != nullptr && may(*attributes)));
    co_return object;
  }
  if (exists(ref)) co_return fail(conflict(ref.text()));
  co_return store(ref, std::move(object));
}

Task<Result<json::value>> FakeClient::update(kube::ObjectRef ref, kube::Object object, std::string) {
  if (auto const error = refusal("update", ref, true)) co_return fail(*error);
  json::value const* const found = this->object(ref);
  if (found == nullptr) co_return fail(not_found(ref.text()));
  std::string const version = get_string(json::value(object), "metadata.resourceVersion");
  if (!version.empty() && version != kube::version_of(*found)) co_return fail(conflict(ref.text()));
  co_return store(ref, std::move(object));
}

Task<Result<json::value>> FakeClient::patch(kube::ObjectRef ref, kube::PatchType, json::value body,
                                            kube::PatchOptions) {
  if (auto const error = refusal("patch", ref, true)) co_return fail(*error);
  json::value const* const found = object(ref);
  if (found == nullptr) co_return fail(not_found(ref.text()));
  std::string const version = get_string(body, "metadata.resourceVersion");
  if (!version.empty() && version != kube::version_of(*found)) co_return fail(conflict(ref.text()));
  json::value merged = *found;
  merge(merged, body);
  co_return store(ref, merged.as_object());
}

Task<Result<>> FakeClient::remove(kube::ObjectRef ref, kube::DeleteOptions options) {
  if (auto const error = refusal("delete", ref, true)) co_return fail(*error);
  json::value const* const found = object(ref);
  if (found == nullptr) co_return fail(not_found(ref.text()));
  if (!options.uid.empty() && options.uid != kube::uid_of(*found)) co_return fail(conflict(ref.text()));
  objects_.erase(ref.text());
  co_return Result<>();
}

std::unique_ptr<kube::Watch> FakeClient::watch(kube::ResourceType type, std::string ns,
                                               kube::ListOptions options) {
  std::vector<json::value> found;
  std::string const field = "metadata.name=";
  std::string const prefix = kube::ObjectRef{type, ns, ""}.text();
  for (auto const& [name, value] : objects_) {
    bool const named =
        options.field_selector.empty() || options.field_selector == field + kube::name_of(value);
    if (name.starts_with(prefix) && named && matches(value, options.label_selector)) found.push_back(value);
  }
  return std::make_unique<FakeWatch>(std::move(found));
}

namespace {

class GivenLines final : public kube::LogStream {
 public:
  explicit GivenLines(std::vector<std::string> lines) : lines_(std::move(lines)) {}
  Task<Result<std::optional<std::string>>> next_line() override {
    if (next_ == lines_.size()) co_return std::nullopt;
    co_return lines_[next_++];
  }

 private:
  std::vector<std::string> lines_;
  std::size_t next_ = 0;
};

}  // namespace

Task<Result<std::string>> FakeClient::logs(std::string, std::string, kube::LogOptions) {
  co_return not_faked("logs");
}
Task<Result<std::unique_ptr<kube::LogStream>>> FakeClient::follow_logs(std::string, std::string pod,
                                                                       kube::LogOptions options) {
  if (!log_lines) co_return not_faked("follow_logs");
  co_return std::make_unique<GivenLines>(log_lines(pod, options.container));
}
Task<Result<kube::ExecResult>> FakeClient::exec(std::string, std::string, std::string,
                                                std::vector<std::string> command, std::string) {
  if (!run_command) co_return not_faked("exec");
  co_return run_command(command);
}
Task<Result<std::unique_ptr<kube::ExecSession>>> FakeClient::start_exec(std::string, std::string, std::string,
                                                                        std::vector<std::string>, bool) {
  co_return not_faked("start_exec");
}
Task<Result<std::unique_ptr<ByteStream>>> FakeClient::port_forward(std::string, std::string, std::uint16_t) {
  co_return not_faked("port_forward");
}
Task<Result<json::value>> FakeClient::raw_get(std::string) { co_return not_faked("raw_get"); }

void allow_faults(FakeClient& client) {
  client.put({kube::namespace_type, "", "develop"},
             {{"metadata", {{"labels", {{std::string(allow_label), "true"}}}}}});
}

}  // namespace pgdrill::engine
