#include "harness/base/yaml_documents.hpp"

#include <yaml-cpp/eventhandler.h>

#include <sstream>

namespace pgdrill {

namespace {

/// Sees where documents begin, and keeps nothing.
class DocumentStarts final : public YAML::EventHandler {
 public:
  /// A document that begins where the one before did: the parser does not move on.
  void OnDocumentStart(YAML::Mark const& mark) override {
    if (any_ && mark.pos == last_.pos) throw YAML::ParserException(mark, "nothing can begin here");
    any_ = true;
    last_ = mark;
  }
  void OnDocumentEnd() override {}
  void OnNull(YAML::Mark const&, YAML::anchor_t) override {}
  void OnAlias(YAML::Mark const&, YAML::anchor_t) override {}
  void OnScalar(YAML::Mark const&, std::string const&, YAML::anchor_t, std::string const&) override {}
  void OnSequenceStart(YAML::Mark const&, std::string const&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  YAML::Mark last_;
  bool any_ = false;
};

}  // namespace

std::vector<YAML::Node> load_yaml_documents(std::string const& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  DocumentStarts starts;
  while (parser.HandleNextDocument(starts)) {
  }
  return YAML::LoadAll(text);
}

}  // namespace pgdrill
