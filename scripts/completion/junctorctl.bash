# Bash completion of junctorctl: source it, or put it into /usr/share/bash-completion/completions/junctorctl.
# shellcheck shell=bash

_junctorctl() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local options="--db --socket --config --mpath --timeout --json --help --version"
    local verbs="add passwd rm alias_db acl rpid domain ul usrloc alias online db status ps stats script test fifo start restart stop version"
    local verb="" second="" i

    case $previous in
        --socket | --config)
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        --mpath)
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        --db)
            mapfile -t COMPREPLY < <(compgen -W "sqlite:// mysql:// postgres://" -- "$word")
            return
            ;;
        --timeout) return ;;
    esac
    for ((i = 1; i < COMP_CWORD; ++i)); do
        case ${COMP_WORDS[i]} in
            --db | --socket | --config | --mpath | --timeout) ((++i)) ;;
            -*) ;;
            *)
                if [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; else
                    second=${COMP_WORDS[i]}
                    break
                fi
                ;;
        esac
    done

    local choices=$options
    case $verb in
        "") choices="$verbs $options" ;;
        ul | usrloc | alias)
            case $second in
                "") choices="show add rm $options" ;;
                show) choices="--brief $options" ;;
            esac
            ;;
        alias_db | aliasdb)
            case $second in
                "") choices="list show add rm help $options" ;;
                list) choices="--yes $options" ;;
            esac
            ;;
        acl)
            case $second in
                "") choices="show grant revoke $options" ;;
                show) choices="--yes $options" ;;
                grant | revoke) choices="${ACL_GROUPS:-local ld int voicemail free-pstn} $options" ;;
            esac
            ;;
        rpid) [[ -z $second ]] && choices="add rm show $options" ;;
        domain) [[ -z $second ]] && choices="show showdb add rm reload $options" ;;
        db)
            case $second in
                "") choices="create check migrate copy backup restore show exec drop reinit $options" ;;
                copy)
                    mapfile -t COMPREPLY < <(compgen -W "--replace sqlite:// mysql:// postgres://" -- "$word")
                    return
                    ;;
                backup | restore)
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return
                    ;;
                drop | reinit) choices="--yes $options" ;;
                create | show | migrate) choices="subscriber location aliases grp re_grp dbaliases domain uri version acc missed_calls $options" ;;
            esac
            ;;
        script)
            case $second in
                "") choices="check reload $options" ;;
                check)
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return
                    ;;
            esac
            ;;
        test)
            mapfile -t COMPREPLY < <(compgen -f -X '!*.scn' -- "$word")
            return
            ;;
        stats) choices="core shmem sl tm usrloc registrar $options" ;;
        # What this server offers; nothing is shown when none answers.
        fifo) [[ -z $second ]] && choices=$(junctorctl --timeout 1 fifo which 2>/dev/null) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
}
complete -F _junctorctl junctorctl
