# Reads Swift files and prints one row per line: path, line number, code, comment (tab between).
# Code has its string contents removed (what stands in \( ) is code and stays), so that a gate
# which looks for words or counts braces is not fooled by texts and comments.
BEGIN { OFS = "\t" }
FNR == 1 { top = 0; comment_depth = 0 }
{
    gsub(/\t/, " "); sub(/\r$/, "")
    rest = $0; code = ""; note = ""
    while (rest != "") {
        if (comment_depth > 0) read_block_comment()
        else if (top > 0 && kind[top] == "string") read_string()
        else read_code()
    }
    # A one-line string that did not close (a regex with a lone quote, say) costs one line at most.
    while (top > 0 && !spans_lines[top]) top--
    print FILENAME, FNR, code, note
}
function skip(count) { rest = substr(rest, count + 1) }
function read_block_comment() {
    if (!match(rest, /\/\*|\*\//)) { note = note rest; rest = ""; return }
    note = note substr(rest, 1, RSTART - 1)
    comment_depth += (substr(rest, RSTART, 1) == "/") ? 1 : -1
    skip(RSTART + 1)
}
function read_string(    end, escape) {
    end = index(rest, closing[top]); escape = index(rest, escaping[top])
    if (escape > 0 && (end == 0 || escape < end)) {
        skip(escape + length(escaping[top]) - 1)
        if (substr(rest, 1, 1) == "(") {
            code = code "("
            top++; kind[top] = "code"; open_parens[top] = 1; spans_lines[top] = spans_lines[top - 1]
        }
        skip(1)
    } else if (end > 0) {
        code = code "\""
        skip(end + length(closing[top]) - 1)
        top--
    } else rest = ""
}
function read_code(    mark) {
    if (!match(rest, /["\/#()]/)) { code = code rest; rest = ""; return }
    code = code substr(rest, 1, RSTART - 1)
    skip(RSTART - 1)
    if (substr(rest, 1, 2) == "//") { note = note substr(rest, 3); rest = "" }
    else if (substr(rest, 1, 2) == "/*") { comment_depth = 1; skip(2) }
    else if (match(rest, /^#*"""/)) start_string(RLENGTH - 3, "\"\"\"")
    else if (match(rest, /^#*"/)) start_string(RLENGTH - 1, "\"")
    else if (match(rest, /^#\/.*\/#/)) skip(RLENGTH)
    else if (code ~ /(^|[=(,:]|return|try) *$/ && match(rest, /^\/[^ \/*](\\.|[^\/\\])*\//)) skip(RLENGTH)
    else {
        mark = substr(rest, 1, 1)
        code = code mark
        skip(1)
        if (top == 0) return
        if (mark == "(") open_parens[top]++
        if (mark == ")" && --open_parens[top] == 0) top--
    }
}
function start_string(hash_count, quote,    hashes) {
    hashes = substr(rest, 1, hash_count)
    top++; kind[top] = "string"; spans_lines[top] = (quote == "\"\"\"")
    closing[top] = quote hashes; escaping[top] = "\\" hashes
    code = code "\""
    skip(hash_count + length(quote))
}
