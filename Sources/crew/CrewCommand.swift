@main struct CrewCommand { static func main() {} }
