// Requests that one answer settles: get, list, create, update, patch, delete.
#pragma once
#include "harness/sandbox/api/request.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

[[nodiscard]] net::HttpResponse answer_object_request(Store& store, ApiRequest const& request);

}  // namespace pgdrill::sandbox
