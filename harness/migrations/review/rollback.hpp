// What none of the other reviewers asks: what a rollback after these statements would meet.
#pragma once
#include "harness/migrations/review/reviewer.hpp"

namespace pgdrill::review {

[[nodiscard]] Rollback rollback_of(SectionReview const& section);

}  // namespace pgdrill::review
