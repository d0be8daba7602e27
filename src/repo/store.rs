//! The object store of one git repository: blobs by id, read once for all revisions.
//!
//! `gix` handles are cheap to use and not free to make, so a few are kept in a pool. Base and
//! head mostly hold the same blobs: the cache is keyed by object id, not by path.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use super::error::ReadError;

/// Identity of a file's content, as git computes it.
pub type Oid = gix::ObjectId;

/// Files over this size are not read.
pub const MAX_FILE: u64 = 64 * 1024 * 1024;

const SHARDS: usize = 16;

type Shard = Mutex<FxHashMap<Oid, Arc<[u8]>>>;

/// A thread-safe view of the object database.
pub(crate) struct Store {
    shared: gix::ThreadSafeRepository,
    handles: Mutex<Vec<gix::Repository>>,
    blobs: [Shard; SHARDS],
}

impl Store {
    pub(crate) fn new(shared: gix::ThreadSafeRepository) -> Self {
        Self { shared, handles: Mutex::default(), blobs: Default::default() }
    }

    /// Lends a handle; calls may nest and run in parallel.
    pub(crate) fn with<T>(&self, job: impl FnOnce(&gix::Repository) -> T) -> T {
        let pooled = self.lock_handles().pop();
        let handle = pooled.unwrap_or_else(|| self.new_handle());
        let out = job(&handle);
        self.lock_handles().push(handle);
        out
    }

    fn new_handle(&self) -> gix::Repository {
        let mut handle = self.shared.to_thread_local();
        // A missing object stays missing: looking at the disk again for each would cost more than all reads.
        handle.objects.refresh_never();
        handle
    }

    fn lock_handles(&self) -> std::sync::MutexGuard<'_, Vec<gix::Repository>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The content of a blob.
    pub(crate) fn blob(&self, id: &Oid) -> Result<Arc<[u8]>, ReadError> {
        if let Some(bytes) = self.shard(id).get(id) {
            return Ok(Arc::clone(bytes));
        }
        let bytes: Arc<[u8]> = self.with(|repo| read_blob(repo, id))?;
        self.shard(id).insert(*id, Arc::clone(&bytes));
        Ok(bytes)
    }

    fn shard(&self, id: &Oid) -> std::sync::MutexGuard<'_, FxHashMap<Oid, Arc<[u8]>>> {
        let number = id.first_byte() as usize % SHARDS;
        self.blobs[number].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read_blob(repo: &gix::Repository, id: &Oid) -> Result<Arc<[u8]>, ReadError> {
    let header = repo.try_find_header(*id).map_err(|e| ReadError::Git(e.to_string()))?;
    let size = header.ok_or(ReadError::Missing)?.size();
    if size > MAX_FILE {
        return Err(ReadError::TooLarge { size, limit: MAX_FILE });
    }
    let object = repo.try_find_object(*id).map_err(|e| ReadError::Git(e.to_string()))?;
    Ok(Arc::from(object.ok_or(ReadError::Missing)?.data.as_slice()))
}

/// The id git would give this content.
pub(crate) fn content_id(bytes: &[u8]) -> Result<Oid, ReadError> {
    gix::objs::compute_hash(gix::hash::Kind::Sha1, gix::objs::Kind::Blob, bytes)
        .map_err(|e| ReadError::Git(e.to_string()))
}
