# fish completion for pgdrill: pgdrill completion fish | source
function __pgdrill_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l answer ($words[1] __complete $words[2..-1] "$current" 2>/dev/null)
  switch "$answer[1]"
    case @file
      __fish_complete_path "$current"
    case @directory
      __fish_complete_directories "$current"
    case '*'
      printf '%s\n' $answer
  end
end
complete -c pgdrill -f -a '(__pgdrill_complete)'
