#compdef pgdrill
# zsh completion for pgdrill; in ~/.zshrc, after compinit: source <(pgdrill completion zsh)
_pgdrill() {
  local -a lines shown
  local line
  lines=("${(@f)$(${words[1]} __complete ${words[2,CURRENT-1]} "${words[CURRENT]}" 2>/dev/null)}")
  case ${lines[1]} in
    @file) _files; return ;;
    @directory) _files -/; return ;;
  esac
  for line in $lines; do
    [[ -n $line ]] && shown+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  _describe 'pgdrill' shown
}
compdef _pgdrill pgdrill
