// What is known of the database while migrations are read: replayed from the statements themselves, file
// after file, or read from a live catalogue (catalogue.hpp). Nothing known is not the same as not there.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/migrations/review/action.hpp"
#include "harness/migrations/review/names.hpp"
#include "harness/migrations/review/shared.hpp"

namespace pgdrill::review {

/// Stands for a default that a statement gave: how PostgreSQL would print it is not known.
inline constexpr std::string_view replayed_default = "(given)";

/// Whether a column's type is the user's type of this name.
[[nodiscard]] bool is_type(Type const& type, Name const& name);

/// What a live catalogue alone tells of a column.
struct ColumnDetails {
  struct Grant {
    std::string privilege;  ///< "SELECT"
    std::string grantee;    ///< quoted, or PUBLIC
    bool with_option = false;
  };
  std::string collation = {};    ///< SQL of one that is not the type's: "\"C\""
  std::string storage = {};      ///< "EXTERNAL", when it is not the type's
  std::string compression = {};  ///< "lz4"; empty for the server's default
  std::string statistics_target = {};
  std::string options = {};  ///< "n_distinct=5"
  std::string comment = {};
  std::vector<Grant> grants = {};  ///< on this column alone
  /// What stands or falls with the column, in PostgreSQL's words, but indexes, constraints and views: "policy
  /// p on table t".
  std::vector<std::string> dependants = {};
};

struct Column {
  std::string name;
  Type type;
  bool not_null = false;
  std::string default_text = {};  ///< SQL of the default; empty for none
  std::string written_default =
      {};  ///< of one that a statement gave: as it stands there, where that is known
  std::string written_collation = {};  ///< SQL of one that a statement gave
  bool generated = false;              ///< GENERATED ALWAYS AS (...)
  bool identity = false;
  std::shared_ptr<ColumnDetails const> details = {};  ///< null when replayed

  /// SQL of one that is not the type's; empty where none is known.
  [[nodiscard]] std::string const& collation() const {
    return details == nullptr ? written_collation : details->collation;
  }
};

struct Constraint {
  std::string name;
  char kind = 'c';  ///< as in pg_constraint.contype: c check, f foreign key, p primary key, u unique, x
                    ///< exclusion, n not null
  std::vector<std::string> columns = {};
  Name referenced = {};
  std::vector<std::string> referenced_columns = {};
  bool valid = true;
  std::string definition = {};  ///< as pg_get_constraintdef() gives it; empty when replayed
  /// Of the index below a primary key or unique constraint, as pg_get_indexdef() gives it: with storage
  /// parameters, which `definition` lacks.
  std::string index_definition = {};
  bool proves_not_null = false;  ///< CHECK (column IS NOT NULL) and nothing else
};

struct Index {
  std::string name;
  Name table;
  std::vector<std::string> columns = {};
  bool unique = false;
  std::string definition = {};  ///< as pg_get_indexdef() gives it; empty when replayed
};

/// A trigger of the user that an UPDATE of a row, or of the table, fires.
struct UpdateTrigger {
  std::string name;
  std::string definition;            ///< as pg_get_triggerdef() gives it, with all names qualified; empty
                                     ///< when the table was renamed since
  std::vector<std::string> columns;  ///< of UPDATE OF; empty for any
  char enabled = 'O';                ///< as in pg_trigger.tgenabled
};

struct Table {
  /// Who names the table or one of its columns: views, functions, foreign keys of others, triggers, policies.
  struct User {
    std::string name;      ///< "view public.order_totals", "policy own on table orders"
    std::string column;    ///< empty: the table as a whole
    bool by_text = false;  ///< a function whose text names it: PostgreSQL does not know
  };

  Name name;
  std::vector<Column> columns = {};
  std::vector<Constraint> constraints = {};
  bool partitioned = false;
  std::optional<Name> parent = {};
  bool default_partition = false;
  bool materialized_view = false;
  bool fresh = false;                        ///< made by the file under review: nobody uses it yet
  bool complete = false;                     ///< its whole definition was seen
  std::optional<std::int64_t> rows = {};     ///< the planner's estimate, if it has one; from a live catalogue
  std::optional<std::int64_t> bytes = {};    ///< heap, indexes and TOAST
  std::vector<std::string> dependants = {};  ///< views: "view public.order_totals"
  std::vector<User> users = {};              ///< views too; from a live catalogue
  bool row_security = false;                 ///< policies decide who sees and writes which row
  bool hides_rows = false;                   ///< they do for its owner, too, and for who read the catalogue
  bool inherits = false;                     ///< from another table or another from it, without partitions
  std::string comment = {};                  ///< from a live catalogue, as are the rights
  std::set<std::string> grants = {};         ///< on the table as a whole, its owner's, too: "SELECT \"bob\""
  std::vector<std::string> rules = {};       ///< that rewrite statements on it
  std::vector<UpdateTrigger> update_triggers = {};  ///< enabled ones of users
  std::vector<std::string> late_triggers = {};  ///< who may change a row after triggers called zz_pgdrill_

  [[nodiscard]] Column const* column(std::string const& name) const;
  [[nodiscard]] Column* column(std::string const& name);
  /// Columns of the primary key, or of a unique constraint on columns that are all NOT NULL; empty for none.
  [[nodiscard]] std::vector<std::string> key() const;
};

/// A domain, enum or composite type.
struct UserType {
  char kind = 'e';  ///< as in pg_type.typtype: e enum, d domain, c composite
  std::vector<std::string> labels = {};
  Type base = {};             ///< of a domain
  bool constrained = false;   ///< a domain with a constraint
  bool refuses_null = false;  ///< a domain that is NOT NULL
};

class Schema {
 public:
  /// Null when the table is not known. Names without a schema are in `public`.
  [[nodiscard]] Table const* table(Name const& name) const;
  [[nodiscard]] Table* table(Name const& name);
  Table& add(Table table);
  [[nodiscard]] Index const* index(Name const& name) const;
  /// An index, or a constraint that stands on one: it has the constraint's name.
  [[nodiscard]] bool names_index(Name const& name) const;
  [[nodiscard]] std::vector<Index> indexes_of(Name const& table) const;
  [[nodiscard]] UserType const* type(Name const& name) const;
  /// Of a type that is neither known, nor PostgreSQL's, nor a well-known extension's.
  [[nodiscard]] bool may_be_domain(Type const& type) const;
  /// A live catalogue told all types that there are.
  void know_all_types() { all_types_ = true; }
  [[nodiscard]] std::vector<Table const*> partitions_of(Name const& parent) const;
  [[nodiscard]] Table const* default_partition_of(Name const& parent) const;
  /// Tables with a foreign key to `table`.
  [[nodiscard]] std::vector<Table const*> referencing(Name const& table) const;
  /// 'i', 's', 'v' as in pg_proc.provolatile; empty when the function is not known.
  [[nodiscard]] std::optional<char> volatility(std::string const& function) const;
  [[nodiscard]] std::vector<Table const*> tables() const;

  /// Follows a statement's action; `text` is the statement's own. What it cannot follow leaves the table
  /// incomplete, never wrong.
  void apply(Action const& action, std::string const& text);
  /// A new file begins: what the last one made is in use now.
  void settle();

  void set_index(Index index) {
    std::string const name = index.name;
    indexes_.own()[name] = std::make_shared<Index const>(std::move(index));
  }
  void drop_index(std::string const& name) { indexes_.own().erase(name); }
  void set_type(Name const& name, UserType type) { types_.own()[name.in_public().text()] = std::move(type); }
  /// Columns of the type follow.
  void rename_type(Name const& from, std::string const& to);
  void drop_type(Name const& name) { types_.own().erase(name.in_public().text()); }
  void set_volatility(std::string const& function, char volatility) {
    volatility_.own()[function] = volatility;
  }
  void drop_table(Name const& name);
  /// What is dropped uses no table any more. `user`: how Table::User::name begins.
  void forget_users(std::string const& user);
  void rename_table(Name const& from, Name const& to);

 private:
  void apply_definition(Action const& action, std::string const& text);
  /// A table that is there, for writing.
  [[nodiscard]] Table& own(std::string const& key) { return tables_.own().at(key).own(); }

  // By schema.name. Each down section needs copies of the schema, and changes little.
  Shared<std::map<std::string, Shared<Table>>> tables_;
  Shared<std::map<std::string, std::shared_ptr<Index const>>> indexes_;
  Shared<std::map<std::string, UserType>> types_;
  Shared<std::map<std::string, char>> volatility_;
  bool all_types_ = false;
};

/// The SQL of a COLLATE clause's name; empty for none, and for "default".
[[nodiscard]] std::string read_collation(json::value const& column_definition);
/// Whether both stand for the same one; a name without a schema stands for one of any schema.
[[nodiscard]] bool same_collation(std::string const& left, std::string const& right);

/// A column as a definition gives it, with the constraints that stand in it.
struct ColumnDefinition {
  Column column;
  std::vector<Constraint> constraints;
  json::value const* default_expression = nullptr;    ///< parse node, or null
  json::value const* generated_expression = nullptr;  ///< parse node, or null
  bool is_serial = false;
};
[[nodiscard]] ColumnDefinition read_column(json::value const& column_definition, Name const& table);
/// A table constraint. `columns` of one that stands in a column are that column.
[[nodiscard]] Constraint read_constraint(json::value const& constraint, Name const& table,
                                         std::string const& column);

}  // namespace pgdrill::review
