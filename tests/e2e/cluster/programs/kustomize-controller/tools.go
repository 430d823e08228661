//go:build tools

// Pins what the cluster is built from; never compiled itself.
package tools

import (
	_ "github.com/fluxcd/kustomize-controller"
)
