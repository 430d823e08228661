// Atlas' own executor, on a directory m of migrations, with the revisions table that its command line keeps. The command
// line is no module of a registry; what it runs is (ariga.io/atlas/sql/migrate).
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"log"
	"os"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/postgres"
	_ "github.com/lib/pq"
)

// As the command line's own revisions (cmd/atlas/internal/migrate) create and write them.
const table = "atlas_schema_revisions.atlas_schema_revisions"
const create = `CREATE SCHEMA IF NOT EXISTS atlas_schema_revisions;
CREATE TABLE IF NOT EXISTS ` + table + ` (version varchar NOT NULL, description varchar NOT NULL,
type bigint NOT NULL DEFAULT 2, applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0,
executed_at timestamptz NOT NULL, execution_time bigint NOT NULL, error text, error_stmt text, hash varchar NOT NULL,
partial_hashes jsonb, operator_version varchar NOT NULL, PRIMARY KEY (version))`

type revisions struct{ db *sql.DB }

func (revisions) Ident() *migrate.TableIdent {
	return &migrate.TableIdent{Name: "atlas_schema_revisions", Schema: "atlas_schema_revisions"}
}
func (r revisions) ReadRevisions(ctx context.Context) ([]*migrate.Revision, error) {
	rows, err := r.db.QueryContext(ctx, `SELECT version, type, applied, total, error, hash,
coalesce(partial_hashes, '[]') FROM `+table+` ORDER BY version`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []*migrate.Revision
	for rows.Next() {
		one, hashes := new(migrate.Revision), ""
		err := rows.Scan(&one.Version, &one.Type, &one.Applied, &one.Total, &one.Error, &one.Hash, &hashes)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(hashes), &one.PartialHashes); err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
func (r revisions) ReadRevision(ctx context.Context, version string) (*migrate.Revision, error) {
	all, err := r.ReadRevisions(ctx)
	for _, one := range all {
		if one.Version == version {
			return one, nil
		}
	}
	if err == nil {
		err = migrate.ErrRevisionNotExist
	}
	return nil, err
}
func (r revisions) WriteRevision(ctx context.Context, one *migrate.Revision) error {
	hashes, err := json.Marshal(one.PartialHashes)
	if err != nil {
		return err
	}
	_, err = r.db.ExecContext(ctx, "INSERT INTO "+table+` VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (version) DO UPDATE SET applied = $4, total = $5, executed_at = $6, execution_time = $7, error = $8,
error_stmt = $9, hash = $10, partial_hashes = $11`, one.Version, one.Description, int64(one.Type), one.Applied,
		one.Total, one.ExecutedAt, int64(one.ExecutionTime), one.Error, one.ErrorStmt, one.Hash, string(hashes),
		one.OperatorVersion)
	return err
}
func (r revisions) DeleteRevision(ctx context.Context, version string) error {
	_, err := r.db.ExecContext(ctx, "DELETE FROM "+table+" WHERE version = $1", version)
	return err
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func main() {
	ctx := context.Background()
	db := must(sql.Open("postgres", os.Getenv("DATABASE_URL")))
	must(db.ExecContext(ctx, create))
	directory := must(migrate.NewLocalDir("m"))
	sums := must(directory.Checksum())
	if err := migrate.WriteSumFile(directory, sums); err != nil {
		log.Fatal(err)
	}
	executor := must(migrate.NewExecutor(must(postgres.Open(db)), directory, revisions{db}))
	if err := executor.ExecuteN(ctx, 0); err != nil {
		log.Fatal(err)
	}
}
