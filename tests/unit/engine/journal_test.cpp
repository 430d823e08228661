#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/file.h>
#include <unistd.h>

#include "tests/unit/engine/journal_file.hpp"

namespace pgdrill::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Journal, EveryLineHasItsNumberTimesAndRun) {
  JournalFile journal;
  journal->write("mark", {{"name", "a"}});
  ASSERT_TRUE(journal->write_durably("fact", {{"name", "b"}}));
  ASSERT_TRUE(run_to_end(journal->sync()));
  std::vector<json::value> const events = journal.events();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(get_int(events[0], "seq"), 1);
  EXPECT_EQ(get_int(events[1], "seq"), 2);
  EXPECT_EQ(get_string(events[0], "run"), "r1");
  EXPECT_EQ(get_string(events[0], "event"), "mark");
  EXPECT_EQ(get_string(events[0], "name"), "a");
  EXPECT_TRUE(parse_time(get_string(events[0], "wall")));
  EXPECT_GE(get_int(events[0], "t", -1), 0);
  EXPECT_LE(get_int(events[0], "t"), get_int(events[1], "t"));
}

TEST(Journal, ListenersSeeWhatIsWritten) {
  JournalFile journal;
  std::vector<std::string> seen;
  journal->subscribe([&seen](json::object const& event) {
    seen.push_back(get_string(json::value(event), "event") + "/" +
                   std::to_string(get_int(json::value(event), "seq")));
  });
  journal->write("mark", {});
  journal->write("fact", {});
  EXPECT_THAT(seen, ElementsAre("mark/1", "fact/2"));
}

TEST(Journal, IsLockedWhileItsWriterLives) {
  std::filesystem::path const directory = make_temporary_directory().value();
  auto journal = Journal::create(directory / "j.jsonl", "r1").value();
  int const reader = ::open((directory / "j.jsonl").c_str(), O_RDONLY | O_CLOEXEC);
  EXPECT_NE(::flock(reader, LOCK_SH | LOCK_NB), 0) << "the run goes on";
  journal.reset();
  EXPECT_EQ(::flock(reader, LOCK_SH | LOCK_NB), 0) << "it has ended, or broke off";
  ::close(reader);
  std::filesystem::remove_all(directory);
}

TEST(Journal, AnExistingOneIsNotTouched) {
  JournalFile journal;
  journal->write("mark", {});
  auto const second = Journal::create(journal.path(), "r2");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::io);
  EXPECT_THAT(describe(second.error()), HasSubstr("journal.jsonl"));
  EXPECT_EQ(journal.events().size(), 1U);
}

TEST(Journal, AFullDiskIsToldOnceAndEndsTheWriting) {
  auto const journal = Journal::over(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full", "r1").value();
  int told = 0;
  std::vector<std::string> seen;
  journal->on_problem([&told] { ++told; });
  journal->subscribe([&seen](json::object const&) { seen.emplace_back("event"); });
  journal->write("mark", {});
  journal->write("mark", {});
  EXPECT_EQ(told, 1);
  EXPECT_THAT(seen, testing::IsEmpty()) << "nothing is reported that is not in the journal";
  ASSERT_TRUE(journal->problem());
  EXPECT_EQ(describe(*journal->problem()),
            "cannot write the journal: No space left on device (/dev/full)\n"
            "  to mend it: make room, or choose another place with --evidence DIR");
}

TEST(Journal, AnUndoRecordThatCannotBeWrittenIsAnError) {
  auto const journal = Journal::over(::open("/dev/full", O_WRONLY | O_CLOEXEC), "/dev/full", "r1").value();
  Result<> const written = journal->write_durably("undo-announced", {});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::io);
}

TEST(Journal, ErrorsKeepAllTheirParts) {
  json::object const error = to_json(
      Error{.kind = ErrorKind::refused, .what = "a", .where = "b", .why = "c", .todo = "d", .code = "e"});
  EXPECT_EQ(canonical(error), R"({"code":"e","kind":"refused","todo":"d","what":"a","where":"b","why":"c"})");
}

}  // namespace
}  // namespace pgdrill::engine
