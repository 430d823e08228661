// The CI that we run in, and how it wants to be told: GitHub's workflow commands and GitLab's collapsible
// sections (https://docs.github.com/actions/reference/workflow-commands-for-github-actions,
// https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections).
#pragma once
#include <string>
#include <vector>

#include "harness/base/time.hpp"

namespace pgdrill::reports {

enum class Ci { none, github, gitlab };
/// By GITHUB_ACTIONS and GITLAB_CI, which both set to "true".
[[nodiscard]] Ci detect_ci();

struct Annotation {
  std::string level = "error";  ///< error, warning, notice
  std::string title;
  std::string message;
  std::string file = {};  ///< with a place: shown beside the line in a pull request
  int line = 0;
  int column = 0;
};

/// "::error file=...,line=4,col=3,title=...::message", escaped.
[[nodiscard]] std::string github_annotation(Annotation const& annotation);
/// A code-quality report (https://docs.gitlab.com/ci/testing/code_quality/): GitLab shows it in a merge
/// request.
[[nodiscard]] std::string gitlab_code_quality(std::vector<Annotation> const& annotations);
[[nodiscard]] std::string gitlab_section_start(std::string const& name, std::string const& title,
                                               WallTime at);
[[nodiscard]] std::string gitlab_section_end(std::string const& name, WallTime at);

}  // namespace pgdrill::reports
