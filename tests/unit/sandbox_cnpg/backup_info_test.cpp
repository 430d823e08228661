#include "harness/sandbox/cnpg/backup_info.hpp"

#include <gtest/gtest.h>

namespace pgdrill::sandbox::cnpg {
namespace {

BackupInfo example() {
  BackupInfo info;
  info.backup_id = "20261124T030201";
  info.backup_name = "backup-20261124030200";
  info.backup_label = "START WAL LOCATION: 0/5000028 (file 000000010000000000000005)\nLABEL: it's\\fine\n";
  info.begin_time = *parse_time("2026-11-24 03:02:01.5+00:00");
  info.end_time = *parse_time("2026-11-24 03:02:07+00:00");
  info.begin_wal = info.end_wal = "000000010000000000000005";
  info.begin_lsn = "0/5000028";
  info.end_lsn = "0/5000100";
  info.system_id = "7711567741631733779";
  info.timeline = 3;
  info.size = 42;
  return info;
}

TEST(BackupInfoText, IsReadBackAsItWas) {
  BackupInfo const info = example();
  auto const read = BackupInfo::parse(info.to_text(), info.backup_id);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->backup_label, info.backup_label);
  EXPECT_EQ(read->begin_time, info.begin_time);
  EXPECT_EQ(read->end_time, info.end_time);
  EXPECT_EQ(read->end_lsn, info.end_lsn);
  EXPECT_EQ(read->timeline, 3);
  EXPECT_EQ(read->size, 42U);
  EXPECT_EQ(read->to_text(), info.to_text());
}

TEST(BackupInfoText, KeepsTheLabelOnOneLine) {
  EXPECT_NE(
      example().to_text().find(
          "backup_label='START WAL LOCATION: 0/5000028 (file 000000010000000000000005)\\nLABEL: it\\'s"),
      std::string::npos);
}

TEST(BackupInfoText, NeedsAnEndOnlyWhenDone) {
  BackupInfo info = example();
  info.status = "STARTED";
  info.end_lsn = "";
  EXPECT_TRUE(BackupInfo::parse(info.to_text(), "x"));
  info.status = "DONE";
  EXPECT_FALSE(BackupInfo::parse(info.to_text(), "x"));
}

TEST(Lsn, IsReadAndWritten) {
  EXPECT_EQ(parse_lsn("1/2000028").value_or(0), 0x102000028U);
  EXPECT_EQ(format_lsn(0x102000028U), "1/2000028");
  for (auto const* text : {"", "1", "1/", "/1", "1/2x", "100000000/0", "1/2/3"})
    EXPECT_FALSE(parse_lsn(text)) << text;
}

}  // namespace
}  // namespace pgdrill::sandbox::cnpg
