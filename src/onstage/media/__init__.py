"""Media work on files: paths in, paths out, always by ffmpeg in a sandboxed child process."""
