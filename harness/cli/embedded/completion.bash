# bash completion for pgdrill; in ~/.bashrc: source <(pgdrill completion bash)
_pgdrill() {
  local current=${COMP_WORDS[COMP_CWORD]} candidates
  local words=("${COMP_WORDS[@]:1:COMP_CWORD-1}")
  candidates=$("${COMP_WORDS[0]}" __complete "${words[@]}" "$current" 2>/dev/null) || return
  COMPREPLY=()
  case $candidates in
    @file) compopt -o filenames 2>/dev/null || :; mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
    @directory) compopt -o filenames 2>/dev/null || :; mapfile -t COMPREPLY < <(compgen -d -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$(cut -f1 <<<"$candidates")" -- "$current") ;;
  esac
}
complete -F _pgdrill pgdrill
