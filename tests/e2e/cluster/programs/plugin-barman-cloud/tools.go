//go:build tools

// Pins what the cluster is built from; never compiled itself.
package tools

import (
	_ "github.com/cloudnative-pg/plugin-barman-cloud/cmd/manager"
)
