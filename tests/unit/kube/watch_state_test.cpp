#include "harness/kube/watch_state.hpp"

#include <gmock/gmock.h>

#include "tests/unit/kube/scripted_server.hpp"

namespace pgdrill::kube {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// The events that wait, as "added a@1".
std::vector<std::string> drain(WatchState& state) {
  std::vector<std::string> told;
  while (std::optional<WatchEvent> const event = state.take()) {
    std::string const names[] = {"added", "modified", "deleted", "bookmark"};
    told.push_back(names[static_cast<int>(event->type)] + " " + name_of(event->object) + "@" +
                   version_of(event->object));
  }
  return told;
}

ObjectList list_of(std::vector<std::string> const& objects, std::string version) {
  ObjectList list{.items = {}, .resource_version = std::move(version)};
  for (std::string const& object : objects) list.items.push_back(json::parse(object));
  return list;
}

WatchState listed() {
  WatchState state(false);
  state.on_list(list_of({object_text("a", 1), object_text("b", 2)}, "5"));
  return state;
}

TEST(WatchState, StartsWithAListAndReportsWhatExists) {
  EXPECT_EQ(WatchState(false).wants(), WatchState::Wants::list);
  WatchState state = listed();
  EXPECT_EQ(state.wants(), WatchState::Wants::watch);
  EXPECT_EQ(state.resource_version(), "5");
  EXPECT_THAT(drain(state), ElementsAre("added a@1", "added b@2"));
}

TEST(WatchState, FollowsEventsAndBookmarks) {
  WatchState state = listed();
  drain(state);
  ASSERT_TRUE(state.on_line(event_text("MODIFIED", object_text("a", 6))));
  ASSERT_TRUE(state.on_line(event_text("ADDED", object_text("c", 7))));
  ASSERT_TRUE(state.on_line(event_text("DELETED", object_text("b", 8))));
  EXPECT_THAT(drain(state), ElementsAre("modified a@6", "added c@7", "deleted b@8"));
  ASSERT_TRUE(state.on_line(event_text("BOOKMARK", object_text("", 99))));
  EXPECT_THAT(drain(state), IsEmpty());
  EXPECT_EQ(state.resource_version(), "99");
}

TEST(WatchState, DropsWhatItKnows) {
  WatchState state = listed();
  drain(state);
  ASSERT_TRUE(state.on_line(event_text("ADDED", object_text("a", 1))));
  ASSERT_TRUE(state.on_line(event_text("DELETED", object_text("never-seen", 9))));
  EXPECT_THAT(drain(state), IsEmpty());
}

TEST(WatchState, After410ListsAnewAndReportsTheDifference) {
  WatchState state = listed();
  drain(state);
  ASSERT_TRUE(state.on_line(event_text("ERROR", status_body(410, "Expired", "too old resource version"))));
  EXPECT_EQ(state.wants(), WatchState::Wants::list);
  // a changed, b went, c is new, and nothing is told twice.
  state.on_list(list_of({object_text("a", 11), object_text("c", 12)}, "20"));
  EXPECT_THAT(drain(state), ElementsAre("deleted b@2", "modified a@11", "added c@12"));
  state.on_gone();
  EXPECT_EQ(state.wants(), WatchState::Wants::list);
  state.on_list(list_of({object_text("a", 11), object_text("c", 12)}, "21"));
  EXPECT_THAT(drain(state), IsEmpty());
  EXPECT_EQ(state.resource_version(), "21");
}

TEST(WatchState, ANewIncarnationIsDeletedAndAdded) {
  WatchState state = listed();
  drain(state);
  state.on_list(list_of({object_text("a", 11, "other"), object_text("b", 2)}, "20"));
  EXPECT_THAT(drain(state), ElementsAre("deleted a@1", "added a@11"));
}

TEST(WatchState, ABookmarkTellsThatAllIsReported) {
  WatchState state(true);
  state.on_list(list_of({object_text("a", 1)}, "5"));
  EXPECT_THAT(drain(state), ElementsAre("added a@1", "bookmark @5"));
}

TEST(WatchState, WhatIsNoEventIsAnError) {
  WatchState state = listed();
  EXPECT_FALSE(state.on_line("half a li"));
  EXPECT_FALSE(state.on_line(R"({"type":"ADDED"})"));
  EXPECT_FALSE(state.on_line(event_text("SURPRISE", object_text("a", 3))));
  Result<> const refused = state.on_line(event_text("ERROR", status_body(403, "Forbidden", "no more")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::refused);
}

}  // namespace
}  // namespace pgdrill::kube
