// Where pods, volume claims and logs lie below the sandbox's directory, and to whom they belong.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>

#include "harness/sandbox/api/environment.hpp"
#include "harness/sandbox/api/store.hpp"

namespace pgdrill::sandbox {

/// pods/<namespace>/<pod>.
[[nodiscard]] std::filesystem::path pod_directory_of(Environment const& environment, std::string const& ns,
                                                     std::string const& pod);
/// run/<digest of both>: where a pod's sockets lie. Short however long the names are, since the path of a
/// socket holds 107 characters at most.
[[nodiscard]] std::filesystem::path run_directory_of(Environment const& environment, std::string const& ns,
                                                     std::string const& pod);
/// claims/<namespace>/<claim>-<part of its uid>: a claim made anew under an old name is empty.
[[nodiscard]] std::filesystem::path claim_directory_of(Environment const& environment,
                                                       json::value const& claim);
/// logs/<namespace>_<pod>_<uid>/<container>/<restart>.log, as below /var/log/pods on a node.
[[nodiscard]] std::filesystem::path log_file_of(Environment const& environment, json::value const& pod,
                                                std::string const& container, int restart);

struct Owner {
  uid_t user;
  gid_t group;
};
/// Whom the pods' files belong to when that isn't ourselves. Error io for a user that does not exist.
[[nodiscard]] Result<std::optional<Owner>> owner_of_pods(Environment const& environment);

/// Makes the directory with its parents (those can be read by all) and gives it to the pods' user.
[[nodiscard]] Result<> make_directory(Environment const& environment, std::filesystem::path const& path,
                                      mode_t mode);
/// Writes a file for the pods' user: never readable by others in between, whole at once for its readers.
[[nodiscard]] Result<> write_owned_file(Environment const& environment, std::filesystem::path const& path,
                                        std::string_view content, mode_t mode);

}  // namespace pgdrill::sandbox
