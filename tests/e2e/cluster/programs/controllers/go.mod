module pgdrill/cluster/controllers

go 1.26.4

require (
	github.com/cloudnative-pg/cloudnative-pg v1.30.0
	github.com/cloudnative-pg/plugin-barman-cloud v0.14.0
	github.com/fluxcd/source-controller v1.9.4
	github.com/fluxcd/kustomize-controller v1.9.6
)

replace github.com/fluxcd/pkg/artifact => github.com/fluxcd/pkg/artifact v0.18.1

replace github.com/opencontainers/go-digest => github.com/opencontainers/go-digest v1.0.1-0.20220411205349-bde1400a84be

replace sigs.k8s.io/kustomize/api => sigs.k8s.io/kustomize/api v0.21.1

replace sigs.k8s.io/kustomize/kyaml => sigs.k8s.io/kustomize/kyaml v0.21.1
