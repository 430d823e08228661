#include <gmock/gmock.h>

#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using After = Answer::After;

/// The next event as "added a@1".
Task<std::string> told(Watch& watch) {
  Result<WatchEvent> const event = co_await watch.next();
  if (!event) co_return describe(event.error());
  std::string const names[] = {"added", "modified", "deleted", "bookmark"};
  co_return names[static_cast<int>(event->type)] + " " + name_of(event->object) + "@" +
      version_of(event->object);
}

Task<std::vector<std::string>> told_events(Watch& watch, std::size_t count) {
  std::vector<std::string> events;
  while (events.size() < count) {
    std::string const event = co_await told(watch);
    events.push_back(event);
  }
  co_return events;
}

std::string resource_version_in(net::HttpRequest const& request) {
  for (auto const& [name, value] : net::parse_query(request.target)) {
    if (name == "resourceVersion") return value;
  }
  return "";
}

TEST(ClientWatch, PutsLinesTogetherWhereverTheyAreCut) {
  std::string const events =
      event_text("ADDED", object_text("b", 6)) + event_text("MODIFIED", object_text("b", 7));
  with_server(
      {{.body = list_text({object_text("a", 1)}, 5)},
       {.chunks = {events.substr(0, 10), events.substr(10, 100), events.substr(110)}, .after = After::hang}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        std::unique_ptr<Watch> const watch = client->watch(
            config_map_type, "n", {.label_selector = "x=y", .field_selector = "metadata.name=b"});
        std::vector<std::string> const events = co_await told_events(*watch, 3);
        EXPECT_THAT(events, ElementsAre("added a@1", "added b@6", "modified b@7"));
        EXPECT_THAT(server.lines()[1], HasSubstr("watch=true&allowWatchBookmarks=true"));
        EXPECT_THAT(server.lines()[1], HasSubstr("resourceVersion=5&labelSelector=x%3Dy&fieldSelector="));
      });
}

TEST(ClientWatch, GoesOnFromTheLastVersion) {
  // The first watch is lost, the second ends as the server's time-out does, after a bookmark.
  with_server(
      {{.body = list_text({}, 5)},
       {.chunks = {event_text("ADDED", object_text("a", 6)), R"({"type":"MODI)"}, .after = After::close},
       {.chunks = {event_text("BOOKMARK", object_text("", 40))}},
       {.chunks = {event_text("MODIFIED", object_text("a", 41))}, .after = After::hang}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        std::unique_ptr<Watch> const watch = client->watch(config_map_type, "n");
        std::vector<std::string> const events = co_await told_events(*watch, 2);
        EXPECT_THAT(events, ElementsAre("added a@6", "modified a@41"));
        EXPECT_EQ(resource_version_in(server.requests[2]), "6");
        EXPECT_EQ(resource_version_in(server.requests[3]), "40");
      });
}

Task<> hears_the_difference(ScriptedServer& server, std::shared_ptr<Client> client) {
  std::unique_ptr<Watch> const watch = client->watch(config_map_type, "n");
  std::vector<std::string> const events = co_await told_events(*watch, 6);
  EXPECT_THAT(events, ElementsAre("added a@1", "added b@2", "deleted a@1", "modified b@12", "added c@13",
                                  "deleted c@21"));
  EXPECT_EQ(resource_version_in(server.requests[3]), "20");
}

TEST(ClientWatch, After410ReportsTheDifference) {
  std::string const gone = status_body(410, "Expired", "too old resource version");
  for (Answer const& refusal :
       {Answer{.chunks = {event_text("ERROR", gone)}}, Answer{.status = 410, .body = gone}}) {
    with_server({{.body = list_text({object_text("a", 1), object_text("b", 2)}, 5)},
                 refusal,
                 {.body = list_text({object_text("b", 12), object_text("c", 13)}, 20)},
                 {.chunks = {event_text("DELETED", object_text("c", 21))}, .after = After::hang}},
                hears_the_difference);
  }
}

TEST(ClientWatch, ARefusalIsAnErrorAtOnce) {
  with_server({{.status = 403, .body = status_body(403, "Forbidden", "no right to list configmaps")}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                std::unique_ptr<Watch> const watch = client->watch(config_map_type, "n");
                Result<WatchEvent> const event = co_await watch->next();
                EXPECT_FALSE(event);
                EXPECT_EQ(error_of(event).kind, ErrorKind::refused);
                EXPECT_EQ(server.requests.size(), 1U);
              });
}

TEST(ClientWatch, AServerInTroubleIsAskedAgain) {
  with_server({{.status = 500, .body = "starting"},
               {.status = 503, .body = "starting"},
               {.body = list_text({object_text("a", 1)}, 5)}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                std::unique_ptr<Watch> const watch = client->watch(config_map_type, "n");
                std::string const event = co_await told(*watch);
                EXPECT_EQ(event, "added a@1");
              });
}

Task<> fails_at_last(ScriptedServer& server, std::shared_ptr<Client> client) {
  std::unique_ptr<Watch> const watch = client->watch(config_map_type, "n");
  Result<WatchEvent> const event = co_await watch->next();
  EXPECT_FALSE(event);
  EXPECT_EQ(error_of(event).status, 500);
  EXPECT_GT(server.requests.size(), 1U);
}

TEST(ClientWatch, AnUnreachableServerIsAnErrorAfterTheDeadline) {
  with_server({}, fails_at_last, std::chrono::milliseconds(150));
}

TEST(ClientWatch, ACancelledWaitLosesNothing) {
  with_server({{.body = list_text({}, 5)},
               {.chunks = {event_text("ADDED", object_text("a", 6))}, .after = After::hang},
               {.chunks = {event_text("MODIFIED", object_text("a", 7))}, .after = After::hang}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                std::unique_ptr<Watch> const watch = client->watch(config_map_type, "n");
                std::string event = co_await told(*watch);
                EXPECT_EQ(event, "added a@6");
                Task<Result<WatchEvent>> next = watch->next();
                Result<WatchEvent> const none =
                    co_await with_deadline(std::move(next), std::chrono::milliseconds(20), "quiet");
                EXPECT_FALSE(none);
                EXPECT_EQ(error_of(none).kind, ErrorKind::timeout);
                event = co_await told(*watch);
                EXPECT_EQ(event, "modified a@7");
                EXPECT_EQ(resource_version_in(server.requests.back()), "6");
              });
}

ObjectRef const one{config_map_type, "n", "one"};

TEST(Wait, SeesTheObjectComeAndGo) {
  with_server(
      {{.body = list_text({}, 5)},
       {.chunks = {event_text("ADDED", object_text("one", 6)), event_text("MODIFIED", object_text("one", 7))},
        .after = After::hang},
       {.body = list_text({object_text("one", 7)}, 8)},
       {.chunks = {event_text("DELETED", object_text("one", 9))}, .after = After::hang}},
      [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
        auto new_enough = [](json::value const* object) {
          return object != nullptr && version_of(*object) == "7";
        };
        Result<json::value> const found =
            co_await wait_for(*client, one, new_enough, std::chrono::seconds(10), "not there");
        EXPECT_TRUE(found);
        EXPECT_EQ(version_of(*found), "7");
        EXPECT_THAT(server.lines()[0], HasSubstr("fieldSelector=metadata.name%3Done"));
        Result<> const gone = co_await wait_gone(*client, one, std::chrono::seconds(10));
        EXPECT_TRUE(gone);
      });
}

TEST(Wait, GoneWhenItIsNotThereOrIsAnotherOne) {
  with_server({{.body = list_text({}, 5)},
               {.body = list_text({object_text("one", 7)}, 8)},
               {.chunks = {event_text("ADDED", object_text("one", 9, "other"))}, .after = After::hang}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                Result<> gone = co_await wait_gone(*client, one, std::chrono::seconds(10));
                EXPECT_TRUE(gone);
                gone = co_await wait_gone(*client, one, std::chrono::seconds(10));
                EXPECT_TRUE(gone);
              });
}

TEST(Wait, ATimeoutTellsWhatWasSeenLast) {
  with_server({{.body = list_text({}, 5)},
               {.chunks = {event_text("BOOKMARK", object_text("", 6))}, .after = After::hang}},
              [](ScriptedServer&, std::shared_ptr<Client> client) -> Task<> {
                auto exists = [](json::value const* object) { return object != nullptr; };
                Result<json::value> const found = co_await wait_for(
                    *client, one, exists, std::chrono::milliseconds(50), "no ConfigMap came");
                EXPECT_FALSE(found);
                EXPECT_EQ(describe(error_of(found)),
                          "no ConfigMap came: not within 50ms; there is no such object (ConfigMap n/one)");
              });
}

TEST(Logs, WholeAndFollowed) {
  with_server({{.body = "one\ntwo\n"},
               {.chunks = {"on", "e\ntw", "o\nrest"}},
               {.status = 404, .body = status_body(404, "NotFound", "no pod")}},
              [](ScriptedServer& server, std::shared_ptr<Client> client) -> Task<> {
                Result<std::string> const log =
                    co_await client->logs("n", "p", {.container = "c", .tail_lines = 2});
                EXPECT_EQ(log.value_or(""), "one\ntwo\n");
                Result<std::unique_ptr<LogStream>> const stream = co_await client->follow_logs("n", "p", {});
                EXPECT_TRUE(stream);
                std::vector<std::string> lines;
                while (lines.size() < 10) {
                  Result<std::optional<std::string>> const line = co_await (*stream)->next_line();
                  if (!line || !*line) break;
                  lines.push_back(**line);
                }
                EXPECT_THAT(lines, ElementsAre("one", "two", "rest"));
                Result<std::unique_ptr<LogStream>> const none = co_await client->follow_logs("n", "p", {});
                EXPECT_FALSE(none);
                EXPECT_EQ(error_of(none).why, "no pod");
                std::string const path = "GET /api/v1/namespaces/n/pods/p/log";
                EXPECT_THAT(server.lines(), ElementsAre(path + "?container=c&tailLines=2",
                                                        path + "?follow=true", path + "?follow=true"));
                EXPECT_EQ(server.connections, 1);
              });
}

}  // namespace
}  // namespace pgdrill::kube
