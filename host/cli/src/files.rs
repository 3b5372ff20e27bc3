//! Writing files so that nobody finds them half written.

use std::path::Path;

use anyhow::Context;

/// Writes a file aside and moves it into place. Its folder is made if need be,
/// and permissions that it had stay.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{}.new", std::process::id()));
    let aside = Path::new(&aside);
    let written = make_folder(path).and_then(|()| std::fs::write(aside, bytes)).and_then(|()| {
        if let Ok(metadata) = std::fs::metadata(path) {
            std::fs::set_permissions(aside, metadata.permissions())?;
        }
        std::fs::rename(aside, path)
    });
    if written.is_err() {
        // What can't be moved mustn't lie around; that it can't be removed either is no news.
        let _ = std::fs::remove_file(aside);
    }
    written.with_context(|| format!("{} can't be written", path.display()))
}

fn make_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_failure_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let error = write(folder.path(), b"").unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
