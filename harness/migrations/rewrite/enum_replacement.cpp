#include "harness/migrations/rewrite/enum_replacement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/base/text.hpp"
#include "harness/migrations/rewrite/column_replacement.hpp"
#include "harness/migrations/rewrite/former_columns.hpp"
#include "harness/migrations/rewrite/group.hpp"

namespace pgdrill::review {

namespace {

using Labels = std::map<std::string, std::string>;

std::string list_of_labels(std::vector<std::string> const& labels) {
  std::vector<std::string> parts;
  for (std::string const& label : labels) parts.push_back(literal(label));
  return join(parts, ", ");
}

bool holds(std::vector<std::string> const& labels, std::string const& label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

/// https://www.postgresql.org/docs/15/datatype-enum.html
constexpr std::size_t longest_label = 63;

/// A literal in a template for column_replacement.
std::string escaped(std::string const& label) {
  std::string out;
  for (char const c : literal(label)) out += c == '%' ? "%%" : std::string(1, c);
  return out;
}

/// A template for column_replacement: labels that stay are cast, the others named.
std::string mapping(Labels const& labels) {
  std::string cases;
  for (auto const& [from, to] : labels) {
    if (from != to) cases += fmt::format(" WHEN {} THEN {}", escaped(from), escaped(to));
  }
  return cases.empty() ? "(%)::text" : fmt::format("CASE (%)::text{} ELSE (%)::text END", cases);
}

/// The same for an array, of any number of dimensions.
std::string array_mapping(Labels const& labels) {
  Labels changed;
  for (auto const& [from, to] : labels) {
    if (from != to) changed[from] = to;
  }
  // What one replacement gives, none that follows may take: longer than any label, it is none.
  auto const between = [](std::string const& label) { return label + std::string(longest_label + 1, '_'); };
  std::string expression = "(%)::text[]";
  auto const replace = [&](std::string const& from, std::string const& to) {
    expression = fmt::format("array_replace({}, {}, {})", expression, escaped(from), escaped(to));
  };
  for (auto const& [from, to] : changed) replace(from, between(from));
  for (auto const& [from, to] : changed) replace(between(from), to);
  return expression;
}

/// The labels of a default; nothing when it is another expression.
std::optional<LabelArray> read_default(json::value const& expression, bool array) {
  if (array) return array_of(expression);
  std::optional<std::string> label = label_of(expression);
  return label ? std::optional(LabelArray{{*std::move(label)}}) : std::nullopt;
}

/// A default of the type, in the form in which it was read: 'a', '{"a","b"}' or ARRAY['a', 'b'].
std::string write_default(LabelArray const& value, Type const& type) {
  std::vector<std::string> parts;
  if (!type.array) return fmt::format("{}::{}", literal(value.labels.front()), type.text());
  if (value.constructed) {
    for (std::string const& label : value.labels) parts.push_back(literal(label));
    return fmt::format("ARRAY[{}]::{}", join(parts, ", "), type.text());
  }
  for (std::string const& label : value.labels) {
    std::string part = "\"";
    for (char const c : label) part += (c == '"' || c == '\\' ? "\\" : "") + std::string(1, c);
    parts.push_back(part + "\"");
  }
  return fmt::format("{}::{}", literal("{" + join(parts, ",") + "}"), type.text());
}

/// All columns go through a phase before any goes through the next one.
void add_by_phase(std::vector<PhaseFile> const& files, std::vector<PhaseFile>& to) {
  for (Phase const phase : {Phase::expand, Phase::dual_write, Phase::backfill, Phase::validate,
                            Phase::switch_over, Phase::contract}) {
    std::copy_if(files.begin(), files.end(), std::back_inserter(to),
                 [&](PhaseFile const& file) { return file.phase == phase; });
  }
}

class Plan {
 public:
  Plan(EnumReplacement const& r, Schema const& schema)
      : r_(&r),
        schema_(schema),
        name_schema_(r.type.in_public().schema),
        beside_{name_schema_, r.type.name.substr(0, 50) + "__next"},
        buried_{name_schema_, r.type.name.substr(0, 50) + "__dropped"},
        final_{name_schema_, r.final_name} {}

  Result<Rewriting> build() {
    UserType const* const known = schema_.type(r_->type);
    if (known == nullptr || known->kind != 'e' || known->labels.empty())
      return refuse("the labels of the former type are not known", "name the database with --database");
    former_labels_ = known->labels;
    subject_ =
        fmt::format("replace the labels of enum {} by {}", r_->type.text(), list_of_labels(r_->labels));
    std::vector<PhaseFile> first{create_type()};
    std::vector<PhaseFile> second;
    for (EnumColumn const& column : r_->columns) {
      TRY_VOID(check(column));
      TRY_VOID(both_rounds(column, first, second));
    }
    Rewriting rewriting{.subject = subject_};
    add_by_phase(first, rewriting.files);
    rewriting.files.push_back(name_type());
    add_by_phase(second, rewriting.files);
    rewriting.files.push_back(drop_type());
    return rewriting;
  }

 private:
  [[nodiscard]] tl::unexpected<Error> refuse(std::string why, std::string todo) const {
    return fail({.kind = ErrorKind::usage,
                 .what = subject_.empty() ? "cannot rewrite the change of enum " + r_->type.text()
                                          : "cannot rewrite: " + subject_,
                 .why = std::move(why),
                 .todo = std::move(todo)});
  }

  Result<> check(EnumColumn const& column) const {
    TRY(Table const* const table, known_table(column.table, schema_));
    Column const* const found = table->column(column.column);
    if (found == nullptr || found->type.array != column.array || !is_type(found->type, r_->type))
      return refuse(fmt::format("{}.{} is not of the type", column.table.text(), column.column),
                    "rewrite the change of this column by itself");
    std::string const cast = "::" + typed({found->type.schema, found->type.name}).text();
    auto const refuse_attached = [&](std::string const& what, std::string const& why) {
      return refuse(fmt::format("{} {}", what, why),
                    "drop it first and add it again after the last phase contract");
    };
    for (Constraint const& constraint : table->constraints) {
      if (!holds(constraint.columns, column.column)) continue;
      if (constraint.kind == 'f') return refuse_attached("foreign key " + constraint.name, "has the type");
      if (constraint.definition.find(cast) != std::string::npos)
        return refuse_attached("constraint " + constraint.name, "names labels of the type");
    }
    for (Index const& index : schema_.indexes_of(table->name)) {
      if (index.definition.find(cast) != std::string::npos)
        return refuse_attached("index " + index.name, "names labels of the type");
      auto const replaced = [&](EnumColumn const& other) {
        return other.table.in_public() == column.table.in_public() && holds(index.columns, other.column);
      };
      if (std::count_if(r_->columns.begin(), r_->columns.end(), replaced) > 1)
        return refuse_attached("index " + index.name, "stands on two of the columns");
    }
    return {};
  }

  /// What each former label becomes.
  [[nodiscard]] Result<Labels> forward(EnumColumn const& column) const {
    Labels labels;
    for (std::string const& label : former_labels_) {
      labels[label] = column.change.next_of(label);
      if (!holds(r_->labels, labels[label]))
        return refuse(
            fmt::format("what becomes of label '{}' of {}.{} is not known, and the former version may "
                        "write it",
                        label, column.table.text(), column.column),
            fmt::format("say it: USING CASE {0}::text WHEN {1} THEN 'LABEL' ELSE {0}::text END::{2}",
                        column.column, literal(label), r_->final_name));
    }
    return labels;
  }

  /// What the former version reads for each new label.
  [[nodiscard]] Result<Labels> backward(Labels const& forward) const {
    Labels labels;
    for (std::string const& label : r_->labels) {
      if (holds(former_labels_, label)) continue;  // its own reader knows it
      auto const source = std::find_if(former_labels_.begin(), former_labels_.end(),
                                       [&](std::string const& one) { return forward.at(one) == label; });
      std::string said = source != former_labels_.end() ? literal(*source) : "";
      if (said.empty()) said = directive_back(r_->text, literal(label));
      auto const known = std::find_if(former_labels_.begin(), former_labels_.end(),
                                      [&](std::string const& one) { return literal(one) == said; });
      if (known == former_labels_.end())
        return refuse(fmt::format("what the former version reads for the new label '{}' is not known", label),
                      fmt::format("say it in a comment: -- pgdrill: back {} = 'LABEL'; or add the label with "
                                  "ADD VALUE, and deploy a version that can read it first",
                                  literal(label)));
      labels[label] = *known;
    }
    return labels;
  }

  /// The next column's default; nothing for none.
  [[nodiscard]] Result<std::optional<LabelArray>> next_default(EnumColumn const& column, Column const& former,
                                                               Labels const& forward) const {
    auto const not_labels = [&] {
      return refuse("the default of " + former.name + " is not a label", "DROP DEFAULT first");
    };
    bool const none = column.new_default ? *column.new_default == nullptr : former.default_text.empty();
    if (none) return std::nullopt;
    std::optional<LabelArray> value;
    if (column.new_default) {
      value = read_default(**column.new_default, column.array);
      if (!value) return not_labels();
    } else {
      auto const parsed = parse_statement("SELECT " + former.default_text);
      json::array const& targets = list_of(parsed ? find(parsed->node, "targetList") : nullptr);
      json::value const* const expression = targets.empty() ? nullptr : find(targets[0], "ResTarget.val");
      if (expression != nullptr) value = read_default(*expression, column.array);
      if (!value) return not_labels();
      for (std::string& label : value->labels) {
        if (!forward.contains(label)) return not_labels();
        label = forward.at(label);
      }
    }
    for (std::string const& label : value->labels) {
      if (!holds(r_->labels, label))
        return refuse(fmt::format("the default '{}' is not a label of the new type", label),
                      "set another one");
    }
    return value;
  }

  [[nodiscard]] static Type typed(Name const& name, bool array = false) {
    return {name.name, name.schema, {}, array};
  }
  Result<> both_rounds(EnumColumn const& column, std::vector<PhaseFile>& first,
                       std::vector<PhaseFile>& second) {
    schema_.table(column.table)->column(column.column)->type = typed(r_->type.in_public(), column.array);
    Table const before = *schema_.table(column.table);
    Column const former = *before.column(column.column);
    TRY(Labels const there, forward(column));
    TRY(Labels const back, backward(there));
    TRY(std::optional<LabelArray> const value, next_default(column, former, there));
    auto* const map = column.array ? &array_mapping : &mapping;
    Type const beside = typed(beside_, column.array);
    Type const final_type = typed(final_, column.array);
    std::string const next = column.column.substr(0, 50) + "__next";
    Replacement const aside{.subject = subject_,
                            .table = &before,
                            .schema = &schema_,
                            .column = column.column,
                            .next = next,
                            .final_name = next,
                            .type = beside,
                            .forward = map(there),
                            .backward = map(back),
                            .next_default = value ? write_default(*value, beside) : ""};
    TRY(Rewriting round, replace_column(aside));
    first.insert(first.end(), round.files.begin(), round.files.end());
    Schema between = schema_;
    apply(aside, between);
    // Between the rounds the types change their names.
    between.table(column.table)->column(next)->type = final_type;
    between.table(column.table)->column(next)->default_text = value ? write_default(*value, final_type) : "";
    Replacement const home{.subject = subject_,
                           .table = between.table(column.table),
                           .schema = &between,
                           .column = next,
                           .next = column.column,
                           .final_name = column.column,
                           .type = final_type};
    TRY(round, replace_column(home));
    second.insert(second.end(), round.files.begin(), round.files.end());
    return {};
  }

  [[nodiscard]] static std::string create(Name const& type, std::vector<std::string> const& labels) {
    return fmt::format("CREATE TYPE {} AS ENUM ({});\n", quote(type), list_of_labels(labels));
  }
  [[nodiscard]] std::string create_domain() const {
    return fmt::format("CREATE DOMAIN {} AS {};\n", quote(beside_), quote(final_));
  }

  /// Stops while something else has the type: a function, a domain, another column, an array.
  [[nodiscard]] std::string refuse_other_users() const {
    std::vector<std::string> known;
    for (EnumColumn const& column : r_->columns)
      known.push_back(
          fmt::format("({}::regclass, {})", literal(quote(column.table)), literal(column.column)));
    std::string const body = fmt::format(
        R"(
DECLARE
  others text;
BEGIN
  SELECT string_agg(pg_describe_object(d.classid, d.objid, d.objsubid), ', ') INTO others
  FROM pg_depend d JOIN pg_type t ON t.oid = {0}::regtype
  WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray) AND d.deptype = 'n'
    AND d.classid <> 'pg_attrdef'::regclass
    AND NOT EXISTS (SELECT FROM pg_attribute a WHERE d.classid = 'pg_class'::regclass AND a.attrelid = d.objid
      AND a.attnum = d.objsubid AND (a.attrelid::regclass, a.attname) IN ({1}));
  IF others IS NOT NULL THEN
    RAISE EXCEPTION 'type % has other users, which these files do not change: %', {0}, others;
  END IF;
END
)",
        literal(quote(r_->type)), join(known, ", "));
    return "DO " + dollar_quote("check", body) + ";\n";
  }

  [[nodiscard]] PhaseFile create_type() const {
    return {Phase::expand, "create_type", "The new type beside the former one. Nobody uses it yet.",
            refuse_other_users() + create(beside_, r_->labels),
            fmt::format("DROP TYPE {};\n", quote(beside_))};
  }
  [[nodiscard]] PhaseFile name_type() const {
    return {Phase::contract, "name_type",
            fmt::format("The new type takes its name. Who casts to {} still can: it is a domain now.",
                        beside_.name),
            fmt::format("ALTER TYPE {} RENAME TO {};\nALTER TYPE {} RENAME TO {};\n", quote(r_->type),
                        quote(buried_.name), quote(beside_), quote(final_.name)) +
                create_domain(),
            fmt::format("DROP DOMAIN {0};\nALTER TYPE {1} RENAME TO {2};\nALTER TYPE {3} RENAME TO {4};\n",
                        quote(beside_), quote(final_), quote(beside_.name), quote(buried_),
                        quote(r_->type.name))};
  }
  [[nodiscard]] PhaseFile drop_type() const {
    return {Phase::contract, "drop_type", "Nobody uses the former type any more.",
            fmt::format("DROP DOMAIN {};\nDROP TYPE {};\n", quote(beside_), quote(buried_)),
            create(buried_, former_labels_) + create_domain()};
  }

  EnumReplacement const* r_;
  Schema schema_;
  std::string name_schema_;
  Name beside_;  ///< the new type while the former one has its name
  Name buried_;  ///< the former one afterwards
  Name final_;
  std::vector<std::string> former_labels_;
  std::string subject_;
};

}  // namespace

Result<Rewriting> replace_enum(EnumReplacement const& replacement, Schema const& schema) {
  return Plan(replacement, schema).build();
}

}  // namespace pgdrill::review
